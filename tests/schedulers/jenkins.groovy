// Runs a Jenkinsfile as far as its steps are those below: jenkins.groovy JENKINSFILE
//
// `sh` ends with each exit code of guajira in turn. Ends with 1 where the build does not end as docs/operations.md says.
class Stopped extends RuntimeException {}

abstract class Job extends Script {
    static int code
    static String result
    static List<String> commands
    static List<String> reports

    // A section or an option: what stands in its block is run with these steps.
    def methodMissing(String name, arguments) {
        arguments.findAll { it instanceof Closure }.each { within(it) }
    }

    def within(Closure block) {
        block.delegate = this
        block.resolveStrategy = Closure.DELEGATE_FIRST
        block()
    }

    // What follows the stages is run also where one of them failed.
    def stages(Closure block) {
        try {
            within(block)
        } catch (Stopped stopped) {
            result = 'FAILURE'
        }
    }

    def sh(Map given) {
        assert given.returnStatus
        commands << given.script
        code
    }

    def unstable(String words) { result = 'UNSTABLE' }

    def error(String words) { throw new Stopped() }

    def junit(Map given) { reports << given.testResults }
}

def file = new File(args[0])
def wanted = [0: 'SUCCESS', 1: 'FAILURE', 2: 'FAILURE', 3: 'UNSTABLE', 4: 'FAILURE', 5: 'FAILURE', 130: 'FAILURE']
wanted.each { code, result ->
    Job.code = code
    Job.result = 'SUCCESS'
    Job.commands = []
    Job.reports = []
    def settings = new org.codehaus.groovy.control.CompilerConfiguration(scriptBaseClass: Job.name)
    new GroovyShell(getClass().classLoader, new Binding(), settings).evaluate(file)
    assert Job.result == result : "exit code ${code}"
    assert Job.commands.size() == 1 && Job.commands[0].startsWith('guajira ')
    assert Job.reports.size() == 1
}

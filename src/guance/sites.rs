//! The sites of Guance and `TrueWatch`, and the addresses of their Open API. A private deployment has an address of its own.

use crate::words::Region;

/// A site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where it is.
    pub region: Region,
    /// Whether it is `TrueWatch`'s and not Guance's.
    pub is_truewatch: bool,
    /// The address of its Open API.
    pub base_url: &'static str,
}

const fn guance(region: Region, base_url: &'static str) -> Site {
    Site { region, is_truewatch: false, base_url }
}

const fn truewatch(region: Region, base_url: &'static str) -> Site {
    Site { region, is_truewatch: true, base_url }
}

/// All sites that are known.
///
/// Source: Guance documentation, "Open API" (its table of endpoints, of several years), and the same page of `TrueWatch`;
/// `GuanceCloud/dataflux-func`, `guance-node-urls.json`, for Zhangjiakou.
pub const SITES: [Site; 17] = [
    guance(Region::Hangzhou, "https://openapi.guance.com"),
    guance(Region::Ningxia, "https://aws-openapi.guance.com"),
    guance(Region::Zhangjiakou, "https://cn3-openapi.guance.com"),
    guance(Region::Guangzhou, "https://cn4-openapi.guance.com"),
    guance(Region::Vnet, "https://cn5-openapi.guance.com"),
    guance(Region::HongKong, "https://cn6-openapi.guance.one"),
    guance(Region::Oregon, "https://us1-openapi.guance.com"),
    guance(Region::Frankfurt, "https://eu1-openapi.guance.one"),
    guance(Region::Singapore, "https://ap1-openapi.guance.one"),
    guance(Region::SouthAfrica, "https://za1-openapi.guance.com"),
    guance(Region::Jakarta, "https://id1-openapi.guance.com"),
    guance(Region::Emirates, "https://me1-openapi.guance.com"),
    truewatch(Region::Oregon, "https://us1-openapi.truewatch.com"),
    truewatch(Region::Frankfurt, "https://eu1-openapi.truewatch.com"),
    truewatch(Region::Singapore, "https://ap1-openapi.truewatch.com"),
    truewatch(Region::SouthAfrica, "https://za1-openapi.truewatch.com"),
    truewatch(Region::Jakarta, "https://id1-openapi.truewatch.com"),
];

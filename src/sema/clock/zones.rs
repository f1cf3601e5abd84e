//! Which time zone was meant by a name that none has.

use jiff::tz;

use crate::diag::suggest;

/// Cities that people name and the database does not, with the one whose clock they have.
const CITIES: &[(&str, &[&str])] = &[
    (
        "Europe/Berlin",
        &[
            "munich",
            "muenchen",
            "hamburg",
            "frankfurt",
            "cologne",
            "koeln",
            "stuttgart",
            "dusseldorf",
            "leipzig",
            "dresden",
            "hanover",
            "nuremberg",
            "bonn",
            "germany",
        ],
    ),
    (
        "Europe/Zurich",
        &[
            "geneva",
            "bern",
            "basel",
            "lausanne",
            "zuerich",
            "switzerland",
        ],
    ),
    (
        "Europe/Vienna",
        &["graz", "linz", "salzburg", "innsbruck", "wien", "austria"],
    ),
    (
        "Europe/Paris",
        &[
            "lyon",
            "marseille",
            "toulouse",
            "nice",
            "lille",
            "strasbourg",
            "bordeaux",
            "nantes",
            "rennes",
            "france",
        ],
    ),
    (
        "Europe/Rome",
        &[
            "milan", "milano", "turin", "naples", "florence", "venice", "roma", "italy",
        ],
    ),
    (
        "Europe/Madrid",
        &["barcelona", "valencia", "seville", "bilbao", "spain"],
    ),
    ("Europe/Lisbon", &["porto", "lisboa", "portugal"]),
    (
        "Europe/Amsterdam",
        &[
            "rotterdam",
            "eindhoven",
            "utrecht",
            "groningen",
            "netherlands",
        ],
    ),
    ("Europe/Brussels", &["antwerp", "ghent", "liege", "belgium"]),
    (
        "Europe/London",
        &[
            "manchester",
            "birmingham",
            "edinburgh",
            "glasgow",
            "leeds",
            "cardiff",
            "slough",
            "england",
        ],
    ),
    ("Europe/Dublin", &["cork", "galway", "ireland"]),
    (
        "Europe/Stockholm",
        &["gothenburg", "malmo", "lulea", "sweden"],
    ),
    ("Europe/Oslo", &["bergen", "trondheim", "norway"]),
    ("Europe/Copenhagen", &["aarhus", "odense", "denmark"]),
    (
        "Europe/Helsinki",
        &["tampere", "espoo", "turku", "hamina", "finland"],
    ),
    (
        "Europe/Warsaw",
        &["krakow", "wroclaw", "gdansk", "poznan", "lodz", "poland"],
    ),
    ("Europe/Prague", &["brno", "ostrava", "praha"]),
    (
        "America/New_York",
        &[
            "boston",
            "washington",
            "philadelphia",
            "atlanta",
            "miami",
            "ashburn",
            "charlotte",
        ],
    ),
    (
        "America/Chicago",
        &["houston", "dallas", "austin", "minneapolis", "saint_louis"],
    ),
    (
        "America/Los_Angeles",
        &[
            "san_francisco",
            "seattle",
            "san_diego",
            "las_vegas",
            "portland",
            "san_jose",
        ],
    ),
    ("America/Toronto", &["montreal", "ottawa", "quebec"]),
    ("America/Sao_Paulo", &["rio_de_janeiro", "brasilia"]),
    (
        "Asia/Kolkata",
        &[
            "mumbai",
            "delhi",
            "new_delhi",
            "bangalore",
            "bengaluru",
            "chennai",
            "hyderabad",
            "pune",
        ],
    ),
    (
        "Asia/Shanghai",
        &["beijing", "shenzhen", "guangzhou", "hangzhou"],
    ),
    ("Asia/Tokyo", &["osaka", "kyoto", "nagoya"]),
    ("Australia/Sydney", &["canberra"]),
];

/// The zone of the same city elsewhere (`France/Paris`), the one whose clock the city has, or one of the same region
/// with a similar name.
pub(super) fn likely(name: &str) -> Option<String> {
    let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let (region, city) = name.rsplit_once('/').unwrap_or(("", name));
    let city_of = |zone: &str| zone.rsplit_once('/').map(|(_, city)| city.to_owned());
    let same_city = names.iter().find(|zone| {
        zone.eq_ignore_ascii_case(name)
            || city_of(zone).is_some_and(|other| other.eq_ignore_ascii_case(city))
    });
    let lower = city.to_ascii_lowercase();
    let neighbour = || {
        let zone = CITIES
            .iter()
            .find(|(_, cities)| cities.contains(&lower.as_str()));
        zone.map(|(zone, _)| (*zone).to_owned())
    };
    let similar = || {
        let of_region = names.iter().filter_map(|zone| {
            let (other, city) = zone.rsplit_once('/').unwrap_or(("", zone));
            other.eq_ignore_ascii_case(region).then_some((city, zone))
        });
        let found = suggest::closest(city, of_region.clone().map(|(city, _)| city))?;
        of_region
            .clone()
            .find(|(city, _)| *city == found)
            .map(|(_, zone)| zone.clone())
    };
    let misspelt = || suggest::closest(name, names.iter().map(String::as_str)).map(str::to_owned);
    same_city
        .cloned()
        .or_else(neighbour)
        .or_else(similar)
        .or_else(|| {
            misspelt()
                .filter(|zone| city_of(zone).is_none_or(|other| other.eq_ignore_ascii_case(city)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_table_exists() {
        for (zone, _) in CITIES {
            assert!(tz::db().get(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn a_city_is_not_another_one_of_similar_letters() {
        let likely = |name| likely(name).unwrap_or_default();
        assert_eq!(likely("Europe/Munich"), "Europe/Berlin");
        assert_eq!(likely("Europe/Pariss"), "Europe/Paris");
        assert_eq!(likely("Eurpe/Paris"), "Europe/Paris");
        assert_eq!(likely("europe/paris"), "Europe/Paris");
        assert_eq!(likely("Hamburg"), "Europe/Berlin");
        assert_eq!(likely("Europe/Xyzzy"), "");
    }
}

package outreachtest

import (
	"fmt"
	"strings"
)

// company is one that prospects work for. Their domains end in .example and cannot exist.
type company struct {
	name, industry, city, country, zone string
	employees                           int
}

func (c company) domain() string { return ascii(strings.ReplaceAll(c.name, " ", "")) + ".example" }

func companies() []company {
	return []company{
		{"Northwind Logistics", "Logistics", "Rotterdam", "Netherlands", "Europe/Amsterdam", 1200},
		{"Cobalt Analytics", "Software", "Boston", "United States", "America/New_York", 340},
		{"Harbour & Finch", "Retail", "Bristol", "United Kingdom", "Europe/London", 85},
		{"Sakura Robotics", "Manufacturing", "Nagoya", "Japan", "Asia/Tokyo", 2100},
		{"Baobab Energy", "Energy", "Nairobi", "Kenya", "Africa/Nairobi", 460},
		{"Lumen Health", "Healthcare", "Toronto", "Canada", "America/Toronto", 720},
		{"Quetzal Foods", "Food", "Guadalajara", "Mexico", "America/Mexico_City", 950},
		{"Nordlys Media", "Media", "Oslo", "Norway", "Europe/Oslo", 64},
		{"Cedar Bank", "Finance", "Beirut", "Lebanon", "Asia/Beirut", 3100},
		{"Kestrel Aviation", "Aerospace", "Toulouse", "France", "Europe/Paris", 1850},
		{"Monsoon Telecom", "Telecommunications", "Mumbai", "India", "Asia/Kolkata", 8400},
		{"Pampa Agro", "Agriculture", "Rosario", "Argentina", "America/Argentina/Buenos_Aires", 530},
		{"Alpenglow Optics", "Manufacturing", "Innsbruck", "Austria", "Europe/Vienna", 210},
		{"Red Dune Mining", "Mining", "Perth", "Australia", "Australia/Perth", 2700},
		{"Fjord Insurance", "Insurance", "Bergen", "Norway", "Europe/Oslo", 390},
		{"Saffron Travel", "Travel", "Istanbul", "Türkiye", "Europe/Istanbul", 140},
		{"Blue Heron Software", "Software", "Austin", "United States", "America/Chicago", 260},
		{"Tatra Steel", "Manufacturing", "Košice", "Slovakia", "Europe/Bratislava", 4100},
		{"Mistral Mobility", "Automotive", "Marseille", "France", "Europe/Paris", 620},
		{"Jade Pacific", "Shipping", "Singapore", "Singapore", "Asia/Singapore", 1500},
		{"Savanna Learning", "Education", "Accra", "Ghana", "Africa/Accra", 75},
		{"Iberia Solar", "Energy", "Sevilla", "Spain", "Europe/Madrid", 310},
		{"Maple Ridge Legal", "Legal", "Ottawa", "Canada", "America/Toronto", 48},
		{"Vistula Games", "Software", "Kraków", "Poland", "Europe/Warsaw", 130},
		{"Andes Biotech", "Biotechnology", "Santiago", "Chile", "America/Santiago", 280},
		{"Emerald Isle Dairy", "Food", "Cork", "Ireland", "Europe/Dublin", 670},
		{"Silk Road Textiles", "Textiles", "Tashkent", "Uzbekistan", "Asia/Tashkent", 1900},
		{"Delta Water Works", "Utilities", "Cairo", "Egypt", "Africa/Cairo", 5200},
		{"Polaris Security", "Security", "Helsinki", "Finland", "Europe/Helsinki", 95},
		{"Golden Gate Staffing", "Staffing", "Oakland", "United States", "America/Los_Angeles", 410},
	}
}

// person gives the name of the n-th person; no two of the first two thousand have the same.
func person(n int) (first, last string) {
	firsts := strings.Fields(`Amara Anders Aiko Beatriz Chidi Clara Dmitri Elif Emeka Esther Farid Fiona Giulia Hana
		Henrik Imani Ines Ivan Jamal Jelena Joaquín Kaya Kofi Lars Leila Linh Lucía Malik Mateo Mei Miriam Nadia Noor Olga
		Omar Priya Rafael Rosa Samir Sofia Søren Tariq Tove Uma Viktor Wanjiru Yusuf Zoë`)
	lasts := strings.Fields(`Abebe Almeida Andersen Bakker Banerjee Castillo Chen Costa Demir Diallo Dubois Eriksen Fischer
		Fernández García Haddad Hoang Ibrahim Ivanova Jansen Johnson Kamau Khan Kim Kowalski Laurent Lindqvist Mahlangu
		Moreau Müller Nakamura Nguyen Novák Okafor Oliveira Osei Petrov Rossi Sato Schmidt Silva Singh Tanaka Torres
		Virtanen Weber Yılmaz Zhang`)
	return firsts[n%len(firsts)], lasts[(7*n+n/len(firsts))%len(lasts)]
}

// address is the mail address of a person at a domain.
func address(first, last, domain string) string {
	return ascii(first) + "." + ascii(last) + "@" + domain
}

// ascii spells a name in small letters without accents.
func ascii(name string) string {
	plain := strings.NewReplacer("á", "a", "ã", "a", "ä", "a", "ë", "e", "é", "e", "í", "i", "ı", "i", "ó", "o", "ø", "o",
		"ö", "o", "ú", "u", "ü", "u", "š", "s", "&", "and", "'", "")
	return plain.Replace(strings.ToLower(name))
}

// phone is a number of the ranges set aside for fiction.
func phone(n int) string {
	switch n % 3 {
	case 0:
		return fmt.Sprintf("+1415555%04d", 100+n%100)
	case 1:
		return fmt.Sprintf("+442079460%03d", n%1000)
	default:
		return fmt.Sprintf("+493023125%03d", n%1000)
	}
}

// seller gives name and address of a user of this Outreach.
func seller(n int) (first, last, email string) {
	first, last = person(5*n + 300)
	return first, last, address(first, last, "sales.example")
}

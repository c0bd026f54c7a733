package outreachtest

import (
	"fmt"
	"strings"
	"time"
)

// makers fill the records of each kind. Those of other kinds have a name only.
func makers() map[string]func(draft, time.Time) {
	return map[string]func(draft, time.Time){
		"account": makeAccount, "audit": makeAudit, "auditLog": makeAuditLog, "call": makeCall,
		"callDisposition": makeCallDisposition, "callPurpose": makeCallPurpose, "complianceRequest": makeComplianceRequest,
		"event": makeEvent, "mailAlias": makeMailAlias, "mailbox": makeMailbox, "mailing": makeMailing,
		"opportunity": makeOpportunity, "opportunityProspectRole": makeRole, "opportunityStage": makeOpportunityStage,
		"phoneNumber": makePhoneNumber, "prospect": makeProspect, "recipient": makeRecipient, "sequence": makeSequence,
		"sequenceState": makeSequenceState, "sequenceStep": makeSequenceStep, "stage": makeStage, "task": makeTask,
		"taskPriority": makeTaskPriority, "template": makeTemplate, "user": makeUser,
	}
}

func makeUser(d draft, created time.Time) {
	first, last, email := seller(d.n)
	d.put("firstName", first)
	d.put("lastName", last)
	d.put("email", email)
	d.put("username", ascii(first)+"."+ascii(last))
	d.put("title", pick(d.n, "Account Executive", "Sales Development Representative", "Sales Manager", "Customer Success Manager"))
	d.put("locked", d.n == 6)
	d.put("phoneType", "voip")
	d.put("phoneNumber", phone(d.n))
	d.put("userGuid", batchID("user", d.id))
	d.moment("lastSignInAt", created.Add(200*24*time.Hour))
	d.link("mailbox", "mailbox")
	d.link("profile", "profile")
	d.link("role", "role")
}

func makeMailbox(d draft, created time.Time) {
	_, _, email := seller(d.n)
	d.put("email", email)
	d.put("username", email)
	d.put("emailProvider", pick(d.n, "gmail_api", "office365_oauth2"))
	d.put("sendMethod", "smtp")
	d.put("syncMethod", pick(d.n, "gmail_api", "imap"))
	d.put("maxEmailsPerDay", 1000)
	d.put("maxMailingsPerDay", 500)
	d.put("editable", true)
	d.moment("sendSuccessAt", created.Add(100*24*time.Hour))
	d.moment("syncSuccessAt", created.Add(100*24*time.Hour))
	d.link("user", "user")
}

func makeMailAlias(d draft, _ time.Time) {
	_, _, email := seller(d.n)
	alias := strings.Replace(email, "@sales.", "@mail.", 1)
	d.put("email", alias)
	d.put("emailHash", emailHash(alias))
	d.put("canSend", d.n%3 != 2)
	d.link("mailbox", "mailbox")
}

func makeAccount(d draft, created time.Time) {
	c := pick(d.n, companies()...)
	d.put("name", c.name)
	d.put("naturalName", strings.Fields(c.name)[0])
	d.put("domain", c.domain())
	d.put("websiteUrl", "https://www."+c.domain())
	d.put("industry", c.industry)
	d.put("locality", c.city+", "+c.country)
	d.put("numberOfEmployees", c.employees)
	d.put("companyType", pick(d.n, "Customer", "Prospect", "Partner"))
	d.put("customId", fmt.Sprintf("ACC-%05d", d.id))
	d.put("tags", pick(d.n, []string{"enterprise"}, []string{"mid-market", "inbound"}, []string{}))
	d.put("named", true)
	d.put("custom1", pick(d.n, "Tier 1", "Tier 2", "Tier 3"))
	d.moment("touchedAt", created.Add(45*24*time.Hour))
	d.link("owner", "user")
}

func makeProspect(d draft, created time.Time) {
	c := pick(d.n, companies()...)
	first, last := person(d.n)
	d.put("firstName", first)
	d.put("lastName", last)
	d.put("emails", []string{address(first, last, c.domain())})
	d.put("title", pick(d.n/2, "Head of Sales", "Chief Technology Officer", "Purchasing Manager", "Operations Director",
		"Marketing Lead", "Finance Director", "VP of Engineering"))
	d.put("company", c.name)
	d.put("addressCity", c.city)
	d.put("addressCountry", c.country)
	d.put("timeZone", c.zone)
	d.put("timeZoneIana", c.zone)
	d.put("workPhones", []string{phone(d.n)})
	d.put("tags", pick(d.n, []string{"inbound"}, []string{}, []string{"event", "newsletter"}))
	d.put("source", pick(d.n, "Webinar", "Referral", "Trade fair", "Website"))
	d.put("externalSource", pick(d.n, "outreach-api", "csv-import"))
	d.put("engagedScore", d.random.IntN(40))
	d.put("openCount", d.random.IntN(12))
	d.put("clickCount", d.random.IntN(4))
	d.put("replyCount", d.random.IntN(3))
	d.put("optedOut", d.n%40 == 39)
	d.put("linkedInUrl", "https://www.linkedin.com/in/"+ascii(first)+"-"+ascii(last))
	if d.n%5 != 4 {
		d.moment("touchedAt", created.Add(time.Duration(20+d.n%60)*24*time.Hour))
	}
	d.link("account", "account")
	d.linkTo("owner", "user", d.n/3)
	d.linkTo("stage", "stage", d.n/2)
	d.link("persona", "persona")
}

func makePhoneNumber(d draft, _ time.Time) {
	d.put("number", phone(d.n))
	d.put("countryCode", pick(d.n, "US", "GB", "DE"))
	d.put("phoneType", pick(d.n, "work", "mobile", "home"))
	d.put("order", 1+d.n/120)
	d.put("status", "unknown")
	d.link("prospect", "prospect")
}

func makeRecipient(d draft, _ time.Time) {
	first, last := person(d.n)
	d.put("value", address(first, last, pick(d.n, companies()...).domain()))
	d.put("recipientType", pick(d.n, "to", "to", "cc", "bcc"))
	d.put("primary", d.n%4 == 0)
	d.link("prospect", "prospect")
}

func makeStage(d draft, _ time.Time) {
	d.put("name", pick(d.n, "New", "Approaching", "Replied", "Interested", "Not interested", "Unresponsive", "Do not contact", "Bad data"))
	d.put("order", d.n+1)
	d.put("color", pick(d.n, "#2196F3", "#4CAF50", "#FFC107", "#F44336", "#9C27B0"))
}

func makeOpportunityStage(d draft, _ time.Time) {
	d.put("name", pick(d.n, "Qualified", "Discovery", "Proposal", "Negotiation", "Closed won", "Closed lost"))
	d.put("order", d.n+1)
	d.put("color", pick(d.n, "#2196F3", "#03A9F4", "#FFC107", "#FF9800", "#4CAF50", "#9E9E9E"))
	d.put("isClosed", d.n%6 >= 4)
}

func makeOpportunity(d draft, created time.Time) {
	c := pick(d.n, companies()...)
	amount := 5_000 + 2_500*d.random.IntN(60)
	d.put("name", c.name+": "+pick(d.n/2, "Pilot", "Rollout", "Renewal", "Expansion"))
	d.put("amount", amount)
	d.put("amountPrecise", amount)
	d.put("currencyType", pick(d.n, "EUR", "USD", "GBP"))
	d.put("probability", pick(d.n, 10, 25, 50, 75, 100, 0))
	d.put("closeDate", created.AddDate(0, 5, 0).Format(time.DateOnly))
	d.put("forecastCategory", pick(d.n, "Pipeline", "Best case", "Commit"))
	d.put("leadSource", pick(d.n, "Webinar", "Referral", "Trade fair"))
	d.put("opportunityType", pick(d.n, "New business", "Existing business"))
	d.put("nextStep", pick(d.n, "Send the proposal", "Book a demo", "Wait for legal"))
	d.link("account", "account")
	d.link("owner", "user")
	d.link("opportunityStage", "opportunityStage")
	d.link("stage", "opportunityStage")
	d.link("primaryProspect", "prospect")
}

func makeRole(d draft, _ time.Time) {
	d.put("role", pick(d.n, "Decision maker", "Champion", "Influencer", "Economic buyer"))
	d.put("primary", d.n < 40)
	d.link("opportunity", "opportunity")
	d.link("prospect", "prospect")
}

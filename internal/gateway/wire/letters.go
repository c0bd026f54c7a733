package wire

// letters are bytes, for asking whether one belongs to them.
type letters [256]bool

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var (
	ofTokens = lettersOf(alphanumeric + "!#$%&'*+-.^_`|~") // RFC 9110, section 5.6.2
	ofHosts  = lettersOf(alphanumeric + ".-_:[]")
)

func lettersOf(s string) (l letters) {
	for i := range len(s) {
		l[s[i]] = true
	}
	return l
}

// cover tells whether s is made of them and not empty.
func (l *letters) cover(s string) bool {
	for i := range len(s) {
		if !l[s[i]] {
			return false
		}
	}
	return s != ""
}

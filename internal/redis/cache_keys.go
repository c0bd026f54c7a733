package redis

import (
	"encoding/base64"
	"net/url"

	"github.com/patchbay/patchbay/operations/execute"
)

// cacheKeys are a slot's in Redis. The part in braces is the same for all that was read with one credential, which puts
// them in one slot of a cluster.
type cacheKeys struct{ value, lease, account, resource string }

func (k *cacheKeys) all() []string { return []string{k.value, k.lease, k.account, k.resource} }

func (c *Cache) keysOf(slot *execute.Slot) *cacheKeys {
	account := c.accountKey(slot.Tag)
	var key [43]byte // 32 bytes in base64
	base64.RawURLEncoding.Encode(key[:], slot.Key[:])
	name := string(key[:])
	k := &cacheKeys{value: account + ":v:" + name, lease: account + ":l:" + name, account: account}
	k.resource = resourceKey(account, slot.Tag.Resource)
	return k
}

func (c *Cache) tagKey(tag execute.Tag) string { return resourceKey(c.accountKey(tag), tag.Resource) }

// accountKey is the key of the account's own state. It escapes what would end the part in braces, or make two accounts
// look the same.
func (c *Cache) accountKey(tag execute.Tag) string {
	return c.options.Prefix + "cache:{" + url.PathEscape(tag.Workspace) + "/" + url.PathEscape(tag.Credential) + "/" +
		url.PathEscape(tag.Connector) + "}"
}

func resourceKey(account, resource string) string {
	if resource == "" {
		return account
	}
	return account + ":t:" + resource
}

package nimchattest

import (
	"regexp"
	"slices"
	"strings"
)

func portalHandlers() map[string]handler {
	return map[string]handler{
		"create_portal": (*exchange).createPortal, "list_portals": (*exchange).listPortals, "update_portal": (*exchange).updatePortal,
		"create_portal_category": (*exchange).createCategory, "create_portal_article": (*exchange).createArticle,
		"list_portal_categories": (*exchange).listCategories, "list_portal_articles": (*exchange).listArticles,
	}
}

// portal finds the portal of the path: the service goes by its slug.
func (x *exchange) portal() (record, *problem) {
	for _, r := range x.own("portal", x.account) {
		if r["slug"] == x.params["portal_id"] {
			return r, nil
		}
	}
	return nil, notFound()
}

func (x *exchange) within(kind string, portal record) []record {
	return x.where(kind, func(r record) bool { return r["portal_id"] == portal.id() })
}

func (x *exchange) portalView(p record) any {
	view := only(p, "id", "slug", "name", "color", "archived", "page_title", "header_text", "homepage_link", "custom_domain", "account_id")
	articles, categories := x.within("article", p), x.within("category", p)
	locales := []any{}
	codes, _ := p["locales"].([]string)
	for _, code := range codes {
		here := 0
		for _, c := range categories {
			if c["locale"] == code {
				here++
			}
		}
		locales = append(locales, map[string]any{"code": code, "articles_count": len(articles), "categories_count": here})
	}
	view["config"] = map[string]any{"allowed_locales": locales, "default_locale": p["default_locale"]}
	view["meta"] = map[string]any{"all_articles_count": len(articles), "categories_count": len(categories), "default_locale": p["default_locale"]}
	return view
}

func (x *exchange) listPortals() (any, *problem) {
	list := x.own("portal", x.account)
	return map[string]any{"payload": each(list, x.portalView), "meta": map[string]any{"current_page": 1, "portals_count": len(list)}}, nil
}

func (x *exchange) createPortal() (any, *problem) {
	p := record{"account_id": x.account, "archived": false, "locales": []string{"en"}, "default_locale": "en"}
	if problem := x.fillPortal(p); problem != nil {
		return nil, problem
	}
	return x.portalView(x.add("portal", p)), nil
}

var slugs = regexp.MustCompile(`^[a-z0-9_]+(-[a-z0-9_]+)*$`)

func (x *exchange) fillPortal(p record) *problem {
	if text, given := x.body["slug"].(string); given {
		taken := slices.ContainsFunc(x.tables["portal"], func(r record) bool { return r["slug"] == text && r.id() != p.id() })
		switch {
		case taken:
			return invalid("slug", "has already been taken")
		case !slugs.MatchString(text):
			return invalid("slug", "is invalid")
		}
	}
	if config, ok := x.body["config"].(map[string]any); ok {
		x.languages(p, config)
	}
	p.change(x.body, "name", "slug", "archived", "color", "custom_domain", "header_text", "homepage_link", "page_title")
	return nil
}

func (x *exchange) languages(p record, config map[string]any) {
	if given, ok := config["allowed_locales"].([]any); ok {
		locales := []string{}
		for _, code := range given {
			if text, _ := code.(string); text != "" {
				locales = append(locales, text)
			}
		}
		p["locales"] = locales
	}
	p.change(config, "default_locale")
}

func (x *exchange) updatePortal() (any, *problem) {
	p, problem := x.portal()
	if problem == nil {
		problem = x.fillPortal(p)
	}
	if problem != nil {
		return nil, problem
	}
	return x.portalView(p), nil
}

func (x *exchange) categoryView(c record) any {
	view := only(c, "id", "name", "slug", "locale", "description", "position", "account_id")
	articles := x.where("article", func(r record) bool { return r["category_id"] == c.id() })
	view["icon"], view["parent_category"], view["associated_categories"] = "", nil, []any{}
	view["meta"] = map[string]any{"articles_count": len(articles)}
	brief := func(r record) any {
		return only(r, "id", "name", "slug", "locale", "description", "position", "account_id")
	}
	if parent := x.find("category", number(c["parent_category_id"])); parent != nil {
		view["parent_category"] = brief(parent)
	}
	view["associated_categories"] = each(x.where("category", func(r record) bool {
		return r.id() == number(c["associated_category_id"])
	}), brief)
	return view
}

func (x *exchange) listCategories() (any, *problem) {
	p, problem := x.portal()
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": each(x.within("category", p), x.categoryView), "meta": map[string]any{}}, nil
}

func (x *exchange) createCategory() (any, *problem) {
	p, problem := x.portal()
	if problem != nil {
		return nil, problem
	}
	if locales, _ := p["locales"].([]string); !slices.Contains(locales, x.text("locale")) {
		return nil, invalid("locale", "of category is not part of portal's "+strings.Join(locales, ", ")+".")
	}
	if slices.ContainsFunc(x.within("category", p), func(r record) bool { return r["slug"] == x.body["slug"] && r["locale"] == x.body["locale"] }) {
		return nil, invalid("slug", "should be unique in the category and portal")
	}
	c := record{"account_id": x.account, "portal_id": p.id(), "description": nil, "position": nil}
	c.change(x.body, "name", "slug", "locale", "description", "position", "associated_category_id", "parent_category_id")
	return map[string]any{"payload": x.categoryView(x.add("category", c))}, nil
}

func (x *exchange) articleView(a record) any {
	view := only(a, "id", "slug", "title", "content", "status", "position", "account_id", "views", "updated_at", "meta")
	view["description"], view["associated_articles"] = a["description"], []any{}
	if c := x.find("category", number(a["category_id"])); c != nil {
		view["category"] = only(c, "id", "name", "slug", "locale")
	}
	if p := x.find("portal", number(a["portal_id"])); p != nil {
		view["portal"] = x.portalView(p)
	}
	if author, ok := x.agent(number(a["author_id"])); ok {
		view["author"] = author
	}
	if other := x.find("article", number(a["associated_article_id"])); other != nil {
		view["associated_articles"] = []any{only(other, "id", "title")}
	}
	return view
}

func (x *exchange) listArticles() (any, *problem) {
	p, problem := x.portal()
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": each(x.within("article", p), x.articleView), "meta": map[string]any{}}, nil
}

func (x *exchange) createArticle() (any, *problem) {
	p, problem := x.portal()
	if problem != nil {
		return nil, problem
	}
	if _, isAgent := x.agent(number(x.body["author_id"])); !isAgent {
		return nil, invalid("author", "must exist")
	}
	a := record{"account_id": x.account, "portal_id": p.id(), "status": "draft", "slug": slug(x.text("title")), "content": nil, "position": nil, "views": 0, "meta": map[string]any{}, "updated_at": x.now.Unix()}
	a.change(x.body, "title", "slug", "content", "description", "meta", "position", "status", "views", "author_id", "category_id", "associated_article_id")
	if n, isNumber := a["status"].(int); isNumber {
		a["status"] = pick(n, "draft", "published", "archived")
	}
	return map[string]any{"payload": x.articleView(x.add("article", a))}, nil
}

// slug makes a name for addresses out of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

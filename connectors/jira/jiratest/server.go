package jiratest

func serverRoutes() []route {
	return []route{{"GET", "api/serverInfo", getServerInfo, 0}}
}

func getServerInfo(x *exchange) (reply, error) {
	shown := record{
		"baseUrl": x.base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": []int{1001, 0, 0}, "deploymentType": "Cloud", "buildNumber": 100287,
		"buildDate": "2026-01-20T10:01:11.000+0000", "serverTime": stamp(x.now), "scmInfo": "sandbox", "serverTitle": "Northwind",
	}
	if x.dataCenter {
		shown["version"], shown["versionNumbers"], shown["deploymentType"] = "10.3.4", []int{10, 3, 4}, "Server"
	}
	return ok(shown)
}

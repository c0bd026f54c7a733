package dixatest

// handlers does every operation of the document, by operationId.
func handlers() map[string]handler {
	agents, endUsers := agentKind(), endUserKind()
	return map[string]handler{
		"list_agents": agents.list, "get_agent": agents.get, "create_agent": agents.create, "patch_agent": agents.patch,
		"update_agent": agents.update, "create_agents_in_bulk": agents.createMany, "patch_agents_in_bulk": agents.patchMany,
		"update_agents_in_bulk": agents.updateMany, "downgrade_agent": downgradeAgent,
		"list_agent_presence": listPresence, "get_agent_presence": getPresence, "list_agent_teams": listAgentTeams,

		"list_end_users": endUsers.list, "get_end_user": endUsers.get, "create_end_user": endUsers.create,
		"patch_end_user": endUsers.patch, "update_end_user": endUsers.update, "create_end_users_in_bulk": endUsers.createMany,
		"patch_end_users_in_bulk": endUsers.patchMany, "update_end_users_in_bulk": endUsers.updateMany,
		"list_end_user_conversations": listEndUserConversations, "anonymize_end_user": anonymizeEndUser,
		"patch_end_user_custom_attributes": patchEndUserAttributes,

		"list_teams": listTeams, "get_team": getTeam, "create_team": createTeam, "delete_team": deleteTeam,
		"list_team_members": listTeamMembers, "add_team_members": addTeamMembers, "remove_team_members": removeTeamMembers,
		"list_team_presence": listTeamPresence,

		"list_queues": listQueues, "get_queue": getQueue, "create_queue": createQueue, "list_queue_members": listQueueMembers,
		"assign_queue_members": assignQueueMembers, "remove_queue_members": removeQueueMembers,

		"list_tags": listTags, "get_tag": getTag, "create_tag": createTag,
		"activate_tag": setTagState("Active"), "deactivate_tag": setTagState("Inactive"),

		"list_custom_attributes": listAttributes, "list_contact_endpoints": listEndpoints,
		"get_contact_endpoint": getEndpoint, "list_conversation_flows": listFlows,
		"get_anonymization_request": getAnonymization,

		"list_webhooks": listWebhooks, "get_webhook": getWebhook, "create_webhook": createWebhook, "patch_webhook": patchWebhook,
		"delete_webhook": deleteWebhook, "get_webhook_delivery_status": getDeliveryStatus, "get_webhook_event_logs": getEventLogs,

		"create_conversation": createConversation, "get_conversation": getConversation, "claim_conversation": claimConversation,
		"close_conversation": closeConversation, "reopen_conversation": reopenConversation,
		"transfer_conversation_to_queue": transferConversation, "list_linked_conversations": listLinked,
		"anonymize_conversation": anonymizeConversation, "anonymize_message": anonymizeMessage,
		"patch_conversation_custom_attributes": patchConversationAttributes, "search_conversations": searchConversations,
		"list_messages": listMessages, "add_message": addMessage, "list_internal_notes": listNotes,
		"add_internal_note": addNote, "add_internal_notes_in_bulk": addNotes, "list_conversation_ratings": listRatings,
		"list_conversation_tags": listConversationTags, "tag_conversation": tagConversation, "untag_conversation": untagConversation,
		"get_conversation_activity_log": getActivityLog, "list_organization_activity_log": listActivityLog,

		"list_metrics": listMetrics, "get_metric": getMetric, "get_metric_data": getMetricData, "list_metric_records": listRecordKinds,
		"get_metric_record": getRecordKind, "get_metric_records_data": getRows, "list_analytics_filter_values": listFilterValues,
	}
}

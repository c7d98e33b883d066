namespace Sluice.Kubernetes;

/// <summary>What two events have in common when the second only counts the first up.</summary>
internal readonly record struct EventIdentity(string Kind, ObjectKey Key, string Uid, EventType Type, string Reason, string Action, string Message, string Annotations);

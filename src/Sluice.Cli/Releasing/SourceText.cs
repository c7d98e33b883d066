using Sluice.Api.Sources;
using Sluice.Cli.Output;
using Sluice.Kubernetes;

namespace Sluice.Cli.Releasing;

/// <summary>Gated sources in sentences.</summary>
internal static class SourceText
{
    /// <summary>Its namespace and name.</summary>
    public static ObjectKey Key(this GatedSource source) => new(source.Metadata.Namespace ?? "", source.Metadata.Name);

    /// <summary><c>GatedSource apps/my-app</c>.</summary>
    public static string Subject(this GatedSource source) => $"{GatedSource.KindName} {source.Key()}";

    /// <summary>What is released now, as a clause: <c>main@sha1:… (2d ago, by alice)</c>.</summary>
    public static string Released(this GatedSource source, DateTimeOffset now) => source.Status?.Released is not { } released ? "nothing yet"
        : $"{released.Revision} ({RelativeTime.Age(released.At, now)} ago{(string.IsNullOrEmpty(released.By) ? "" : $", by {released.By}")})";

    /// <summary>What waits.</summary>
    /// <exception cref="CommandException">Nothing does; the message says what is so instead.</exception>
    public static CandidateStatus Waiting(this GatedSource source, DateTimeOffset now, string program) => source.Status switch
    {
        { Candidate: { } candidate } => candidate,
        { Released: not null } => throw new CommandException($"{source.Subject()} has no candidate: nothing waits, and {source.Released(now)} is released"),
        { ObservedGeneration: >= 0 } status => throw new CommandException($"{source.Subject()} has no candidate: {status.FindCondition("Ready")?.Message ?? "its source offers nothing"}"),
        _ => throw new CommandException($"{source.Subject()} has no candidate: sluice-controller has not looked at it yet\nask '{program} check' whether one runs"),
    };
}

namespace Sluice.Gating.Requirements;

/// <summary>What one named gate says to one object, and why.</summary>
/// <param name="Gate">The gate as messages write it, <c>namespace/name</c>; for <see cref="VerdictKind.InvalidReference"/> what stands in the list.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Detail">More about the reason, for the person on call; may be empty.</param>
public sealed record GateVerdict(string Gate, VerdictKind Kind, string Detail = "")
{
    /// <summary>Who asked for it to be so, opened or closed, as far as that is known; <see langword="null"/>: nobody, as where a window, a check or its default decides.</summary>
    public string? By { get; init; }

    /// <summary>When it may say otherwise, of one that is opened; <see langword="null"/>: not before something happens.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The verdict as a clause of a sentence: <c>gate 'flux-system/sre-approval' is closed</c>.</summary>
    public string Clause => Kind switch
    {
        VerdictKind.Opened => $"gate '{Gate}' is opened",
        VerdictKind.GateClosed => $"gate '{Gate}' is closed",
        VerdictKind.GateClosing => $"gate '{Gate}' closes too soon ({Detail})",
        VerdictKind.OpenedForRevision when Detail.Length > 0 => $"gate '{Gate}' is opened for {Detail}",
        VerdictKind.OpenedForRevision => $"gate '{Gate}' is opened for one revision alone, which needs a GatedSource",
        VerdictKind.CheckNotPassed => $"gate '{Gate}' waits for {Detail}",
        VerdictKind.CheckNeedsRevision => $"gate '{Gate}' has the check '{Detail}', which is about one revision and needs a GatedSource",
        VerdictKind.ApprovalPending => $"gate '{Gate}' has {Detail}",
        VerdictKind.AuthorUnknown => $"gate '{Gate}' cannot tell: {Detail}",
        VerdictKind.Rejected => $"at gate '{Gate}' it is {Detail}",
        VerdictKind.ApprovalNeedsRevision => $"gate '{Gate}' wants approvals, which are about one revision and need a GatedSource",
        VerdictKind.GateStalled => $"gate '{Gate}' is stalled ({Detail})",
        VerdictKind.GateNotFound => $"gate '{Gate}' does not exist",
        VerdictKind.AccessDenied => $"gate '{Gate}' is not accessible ({Detail})",
        _ => $"'{Gate}' is not valid ({Detail})",
    };
}

namespace Sluice.Gating.Checks;

/// <summary>A check that somebody outside is asked for, again and again while the gate is otherwise opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Interval">How often it is asked, greater than zero.</param>
/// <param name="Timeout">How long an answer may take, greater than zero.</param>
/// <param name="IsAboutCandidate">Whether it is asked about each candidate that waits.</param>
public abstract record AskedCheck(string Name, TimeSpan Interval, TimeSpan Timeout, bool IsAboutCandidate) : Check(Name, IsAboutCandidate)
{
    /// <summary>How long an answer counts: until the one after the next should have come. One that was lost or late changes nothing, silence does.</summary>
    public TimeSpan Validity => Interval + Interval + Timeout;
}

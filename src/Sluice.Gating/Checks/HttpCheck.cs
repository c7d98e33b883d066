namespace Sluice.Gating.Checks;

/// <summary>Passes while a web hook answers 200.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">The web hook.</param>
/// <param name="Metadata">What it is told besides, as a JSON object of texts.</param>
/// <param name="IsAboutCandidate">Whether it is asked about each candidate that waits.</param>
/// <param name="Interval">How often it is asked.</param>
/// <param name="Timeout">How long an answer may take.</param>
public sealed record HttpCheck(string Name, Uri Url, string Metadata, bool IsAboutCandidate, TimeSpan Interval, TimeSpan Timeout)
    : AskedCheck(Name, Interval, Timeout, IsAboutCandidate);

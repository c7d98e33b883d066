namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>Who has the say about a gate, from the weakest to the strongest.</summary>
internal enum NaiveSay
{
    Default,
    OpenWindow,
    Request,
    CloseWindow,
    Override,
}

namespace Sluice.Controller.Tests.Sources;

/// <summary>An opening for one revision as the model of <see cref="ModelTests"/> remembers it: for one candidate, once, and for the one that waited when it was asked for, where it names that.</summary>
internal sealed class ModelledOpening(string name, ModelledCandidate? waited)
{
    private bool _isSpent;

    public bool Names(ModelledCandidate about) => name == about.Revision || name == about.Digest || name == $"{about.Digest}@{about.SpecDigest}";

    /// <summary>Whether something may pass by it; what a person asks to go back to may do so again.</summary>
    public bool Lets(ModelledCandidate about, bool isRollback) => Names(about) && (isRollback || !_isSpent && (waited is null || !Names(waited) || waited == about));

    /// <summary>Something has been released.</summary>
    public void Released(ModelledCandidate about) => _isSpent |= Names(about);
}

namespace Sluice.Kubernetes;

/// <summary>The lease could not be renewed in time, or someone else holds it. The program should end and be started again.</summary>
public sealed class LeadershipLostException : Exception
{
    /// <summary>Makes the exception.</summary>
    public LeadershipLostException(string message) : base(message)
    {
    }
}

namespace Sluice.Kubernetes;

/// <summary>The configuration for the connection is missing or cannot be used. The message says what to do about it.</summary>
public sealed class KubernetesConfigurationException : Exception
{
    /// <summary>Makes the exception.</summary>
    public KubernetesConfigurationException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

namespace Sluice.Controller.Admission;

/// <summary>A request cannot be understood, so it must not pass. The message is for whoever made it.</summary>
public sealed class AdmissionException(string message) : Exception(message);

namespace Sluice.Controller.Tests.Faults;

/// <summary>What happens in a namespace, from its beginning to its end, while a controller runs.</summary>
/// <param name="PrepareAsync">What is there before the controller starts.</param>
/// <param name="TellAsync">What happens then; it waits for what the controller makes of it.</param>
/// <param name="EndAsync">What there is at its end, without times and without the name of the namespace.</param>
internal sealed record Story(Func<string, Task> PrepareAsync, Func<string, Task> TellAsync, Func<string, Task<string>> EndAsync)
{
    /// <summary>
    /// The writes that every run comes to. There may be more: the gate's count of what it holds is written once for two objects or once for
    /// each, as the looks at the gate fall.
    /// </summary>
    public required int LeastWrites { get; init; }
}

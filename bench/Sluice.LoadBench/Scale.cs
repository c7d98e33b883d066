namespace Sluice.LoadBench;

/// <summary>How much of everything. <see cref="Full"/> is what docs/performance.md reports; <see cref="Small"/> is to try the bench itself.</summary>
internal sealed record Scale(int Gates, int Objects, int Held, int Requests, int WindowGates, int Sources, TimeSpan Settle, TimeSpan Idle)
{
    public static Scale Full { get; } = new(1000, 5000, 1000, 100, 10_000, 1000, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));

    public static Scale Small { get; } = new(20, 200, 50, 10, 100, 50, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
}

namespace Sluice.Controller.Gated;

/// <summary>
/// How long the write of a release may take. It is decided by what is so at one moment; an API server that asks to wait and send it again, or a network that keeps it, must not have it arrive when
/// the gate has closed. What is cut off is decided anew.
/// </summary>
internal static class ReleaseDeadline
{
    /// <summary>However long what was decided may stay so.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Begins to count.</summary>
    /// <param name="isRelease">Whether something is released; else there is no end to it.</param>
    /// <param name="until">When it may have to be decided otherwise; null: not known.</param>
    /// <param name="time">The clock.</param>
    public static CancellationTokenSource Begin(bool isRelease, DateTimeOffset? until, TimeProvider time)
    {
        if (!isRelease)
        {
            return new();
        }

        var left = until - time.GetUtcNow() ?? Longest;
        return new(left > Longest ? Longest : left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
    }
}

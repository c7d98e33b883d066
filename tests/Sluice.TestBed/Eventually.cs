namespace Sluice.TestBed;

/// <summary>Waits for what happens a moment after the request that causes it.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is as wanted.</summary>
    /// <param name="what">The condition, in words, for the message.</param>
    /// <param name="ask">What to ask.</param>
    /// <param name="isWanted">Whether the answer will do.</param>
    /// <param name="timeout">How long to try; default 40 s, for a machine that runs all tests at once.</param>
    /// <returns>The answer that did.</returns>
    /// <exception cref="TimeoutException">It never did; the message has the last answer.</exception>
    public static async Task<T> GivesAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> isWanted, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(40);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Expected within {limit.TotalSeconds:0.#} s: {what}. Found last: {answer}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}

using FlashDiffusion.Engine.Admissions;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>
/// Law: an engine that is asked for three times what it can do does at least 95 % of what it can, and refuses the rest at once with the time to wait,
/// whoever sends how much of it. LONG=1 plays twenty times as many.
/// </summary>
public sealed class OverloadTests
{
    private static int Runs => Environment.GetEnvironmentVariable("LONG") == "1" ? 40 : 2;

    [Theory]
    [InlineData("first_come")]
    [InlineData("shortest_remaining")]
    public async Task Overload_ThreeTimesTheCapacity_DoesNearlyAllThatItCan(string policy)
    {
        for (var seed = 1; seed <= Runs; seed++)
        {
            var capacity = await Overload.CapacityAsync(policy, seed);
            Assert.True(capacity >= 0.95 * Overload.Ideal, $"Seed {seed}: {capacity} steps a second with everything there, and {Overload.Ideal} without waste.");
            await using var overload = new Overload(policy, seed, 3 * capacity);
            await overload.RunAsync();
            TestContext.Current.SendDiagnosticMessage("capacity {0}, goodput {1}, refused {2} of {3}", capacity, overload.Goodput, overload.Refusals.Count, overload.Sent);
            Assert.True(overload.Goodput >= 0.95 * capacity, $"Seed {seed}: {overload.Goodput} steps a second of {capacity}.");
            Assert.Equal(overload.Sent, overload.Completed + overload.Refusals.Count);
            Assert.InRange(overload.Refusals.Count, overload.Sent / 2, overload.Sent);
            Assert.All(overload.Refusals, refusal => Assert.True(refusal is { Reason: RejectionReason.QueueFull, RetryAfter.Ticks: > 0 }, $"Seed {seed}: {refusal}"));
        }
    }
}

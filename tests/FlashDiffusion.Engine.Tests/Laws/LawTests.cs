using FlashDiffusion.Engine.Sessions;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>
/// The engine's laws over random schedules: isolation, cancellation, accounting, budgets, slow readers, memory, preemption. A failure is shrunk, and its
/// message says how to replay it: STORM_REPLAY="seed,gamma,size" runs that schedule alone. LONG=1 runs nearly thirty times as many.
/// </summary>
public sealed class LawTests
{
    private static int Schedules => Environment.GetEnvironmentVariable("LONG") == "1" ? 20_000 : 700;

    [Theory]
    [InlineData(StormKind.Company)]
    [InlineData(StormKind.Memory)]
    [InlineData(StormKind.Impatience)]
    [InlineData(StormKind.Preemption)]
    [InlineData(StormKind.Variety)]
    public void Storm_AnySchedule_KeepsTheLaws(StormKind kind)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Schedules).WithStartSize(4).WithEndSize(60).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("STORM_REPLAY")?.Split(',') is [var seed, var gamma, var size])
        {
            config = config.WithReplay(ulong.Parse(seed, System.Globalization.CultureInfo.InvariantCulture), ulong.Parse(gamma, System.Globalization.CultureInfo.InvariantCulture), int.Parse(size, System.Globalization.CultureInfo.InvariantCulture));
        }

        Check.One(config, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] program) => Run(kind, program)));
    }

    [Fact]
    public void Storm_Impatience_MeetsEveryWayToRunOutOfTime()
    {
        // Else the storms would say nothing of them. Each request is submitted with what makes it end so, then time passes.
        using var storm = new Storm(StormKind.Impatience);
        storm.Run([.. Enumerable.Range(0, 252).SelectMany(with => new byte[] { 0, (byte)with, 7, (byte)with, 3, 0 })]);
        Assert.All(
            [SessionOutcome.Completed, SessionOutcome.SolverFailed, SessionOutcome.DeadlineExceeded, SessionOutcome.QueuedTooLong, SessionOutcome.BudgetTooSmall],
            outcome => Assert.True(storm.Ended(outcome) > 0, $"Nothing ended as {outcome}."));
    }

    [Fact]
    public void Storm_Variety_MeetsStartsOfEveryKind()
    {
        // A submission's first byte is 8 times its variety; a companion of the same one shares its steps.
        using var storm = new Storm(StormKind.Variety);
        storm.Run([.. Enumerable.Range(0, 32).SelectMany(variety => new byte[] { (byte)(8 * variety), 35, (byte)(8 * variety), 36, 3, 3, 3, 3, 3, 3 })]);
        Assert.Equal(64, storm.Ended(SessionOutcome.Completed));
        Assert.InRange(storm.Shortened, 10, 20);
    }

    [Fact]
    public void Storm_CallsLimitedBesideATightPromise_AreCutAndNotRefused()
    {
        // Found by a storm: who has no deadline was refused with DEADLINE_TOO_TIGHT, for another's.
        Run(StormKind.Impatience, [0, 0, 0, 191, 0, 0, 0, 64, 0, 179, 75, 191, 0, 1, 0, 1, 0, 0, 0, 0, 0, 230]);
    }

    [Fact]
    public void Storm_RowsThatSeeEachOther_IsCaught()
    {
        // Two samples of different seeds take a step together; a solver that couples rows must not pass for isolated.
        using var storm = new Storm(StormKind.Company) { Couples = true };
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => storm.Run([0, 7, 0, 8, 3, 3]));
    }

    private static void Run(StormKind kind, byte[] program)
    {
        using var storm = new Storm(kind);
        storm.Run(program);
    }
}

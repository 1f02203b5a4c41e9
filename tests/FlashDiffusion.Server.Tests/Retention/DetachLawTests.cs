using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>
/// The law of accounting where calls detach, over random schedules: accepted = completed + failed with a reason + cancelled + detached, every one of them ends as it
/// must, and nothing is left. A failure is shrunk, and its message says how to replay it: STORM_REPLAY="seed,gamma,size". LONG=1 runs twenty times as many.
/// </summary>
public sealed class DetachLawTests
{
    private static int Schedules => Environment.GetEnvironmentVariable("LONG") == "1" ? 4_000 : 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Storm_AnySchedule_KeepsTheLaws(bool isBounded) => Task.Run(() =>
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Schedules).WithStartSize(4).WithEndSize(90).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("STORM_REPLAY")?.Split(',') is [var seed, var gamma, var size])
        {
            config = config.WithReplay(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture), int.Parse(size, CultureInfo.InvariantCulture));
        }

        Check.One(config, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] program) => Play(isBounded, program)));
    }, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Storm_OfManyActions_MeetsEveryWayToDetach()
    {
        // Else the storms would say nothing of them.
        var met = new SortedSet<string>(StringComparer.Ordinal);
        await Task.Run(() =>
        {
            for (var seed = 0; seed < 40; seed++)
            {
                var program = new byte[200];
                new Random(seed).NextBytes(program);
                met.UnionWith(Play(isBounded: false, program));
            }
        }, TestContext.Current.CancellationToken);
        Assert.Superset(
            new HashSet<string>
            {
                "detached Completed", "detached SolverFailed", "detached DeadlineExceeded", "followed Completed", "followed SolverFailed", "followed Cancelled", "followed DeadlineExceeded",
                "cancelled alone", "fetched later", "fetched a failure", "forgotten", "joined what was alone", "joined after the end", "taken",
            },
            met.ToHashSet());
    }

    private static SortedSet<string> Play(bool isBounded, byte[] program)
    {
        using var storm = new DetachStorm(isBounded);
        storm.Run(program);
        return storm.Met;
    }
}

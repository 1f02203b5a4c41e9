using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>
/// Law: a deadline that was accepted is met, whatever arrives later. Where steps take what steps like them took, and nothing else is asked of the
/// devices, none is missed; and refused is only what is below the floor: what lies ahead of it, its own look, least step and decode, and the margin. A failure is
/// shrunk, and its message says how to replay it: STORM_REPLAY="seed,gamma,size" runs that storm alone. LONG=1 runs fifty times as many.
/// </summary>
public sealed class PromiseTests
{
    private static int Storms => Environment.GetEnvironmentVariable("LONG") == "1" ? 3_000 : 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Promises_OfAnyOperators_AreKept(int devices) => Check(devices, StormMix.Operators);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Promises_OfAnyClassesAndSizes_AreKeptAndMadeAboveTheFloor(int devices) => Check(devices, StormMix.Classes);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Promises_OfThoseAlike_AreKeptAndMadeAboveTheFloor(int devices) => Check(devices, StormMix.Alike);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Promises_InACrowd_AreMadeCutAndRefused(int devices)
    {
        // Else the storms would say nothing of them.
        using var storm = new PromiseStorm(devices);
        var program = new byte[400];
        new Random(5).NextBytes(program);
        storm.Run(program);
        TestContext.Current.SendDiagnosticMessage("promised {0}, cut {1}, refused {2}, moved {3}", storm.Accepted, storm.Cut, storm.Refused.Count, storm.Moves);
        Assert.True(storm.Accepted > 20 && storm.Cut > 5 && storm.Refused.Count > 5, $"Promised {storm.Accepted}, cut {storm.Cut}, refused {storm.Refused.Count}.");
        Assert.Equal(devices > 1, storm.Moves > 0);
    }

    [Fact]
    public void Promises_WhoseCompanionNeedsFewerCalls_AreKept()
    {
        // Two share steps of two calls; one needs only the first, goes on with steps of another kind, and leaves the other alone with the rest.
        using var storm = new PromiseStorm(1);
        storm.Run([0, 12, 130, 129, 127, 0, 0, 0, 101, 7, 77, 141, 0, 0, 0, 6, 0, 0, 0, 25]);
        Assert.True(storm.Accepted > 1);
    }

    [Fact]
    public void Promises_ThatOvertakeAnExactOne_LeaveItItsStep()
    {
        // Of a later request with an earlier deadline, of another size, the look and the plan come first: what is kept for the earlier one, of which nobody knows
        // the steps yet, is what its solver's take at its own size and in its fixed shape, not what pixels say of another size.
        using var storm = new PromiseStorm(1, StormMix.Classes);
        storm.Run([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 1, 22, 5]);
        Assert.Equal([4], storm.Refused);
    }

    [Fact]
    public void Promises_MadeWhileAnEarlierOneWaits_LeaveItsStepToItAndToThemselves()
    {
        // Promised before an earlier one was looked at, with a later deadline: that promise has to hold behind the other's step, or the other is refused for it.
        using var storm = new PromiseStorm(1, StormMix.Classes);
        storm.Run(
            [
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 6, 147, 0, 0, 0, 133, 11, 0, 150, 239, 125, 0, 16, 38, 21, 224, 249,
                237, 145, 254, 106, 166, 24, 165, 9, 178, 137, 242, 213, 191, 128, 112, 36, 104, 51, 249, 124, 6, 73, 206, 189, 92, 155, 181, 163, 168, 193, 212, 250,
            ]);
        Assert.DoesNotContain(13, storm.Refused);
    }

    [Fact]
    public void Promises_OfOneThatWouldMakeSharedUnitsLonger_GoBehindThem()
    {
        // Three share units that just keep their promises. A row more makes these longer, but the one who comes has time to wait until they are done.
        using var storm = new PromiseStorm(1, StormMix.Classes);
        storm.Run([0, 131, 229, 20, 42, 0, 0, 3, 46, 6, 0, 195, 53, 14, 79, 98, 7, 6, 143, 11, 215, 82, 107, 155, 222, 139, 183, 48, 200, 229, 251, 74]);
        Assert.DoesNotContain(7, storm.Refused);
    }

    private static void Check(int devices, StormMix mix)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Storms).WithStartSize(8).WithEndSize(120).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("STORM_REPLAY")?.Split(',') is [var seed, var gamma, var size])
        {
            config = config.WithReplay(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture), int.Parse(size, CultureInfo.InvariantCulture));
        }

        FsCheck.Check.One(config, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] program) =>
        {
            using var storm = new PromiseStorm(devices, mix);
            storm.Run(program);
        }));
    }
}

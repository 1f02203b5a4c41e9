using FlashDiffusion.Engine.Forecasts;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class StatedEtaTests
{
    [Fact]
    public void Later_NobodyWasExpected_IsTheForecast()
    {
        Assert.Equal(3, new StatedEta(10, 10).Later(3));
        Assert.Equal(3, new StatedEta(0, 0).Later(3));
    }

    [Fact]
    public void Later_AtTheBegin_IsWhatWasStated() => Assert.Equal(15, new StatedEta(15, 10).Later(10), 1e-9);

    [Fact]
    public void Later_Any_GrowsWithWhatIsLeftAndIsNeverLess() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte Alone, byte More, byte Left, byte Further)>(), draw =>
        {
            var eta = new StatedEta(draw.Alone + draw.More, draw.Alone);
            Assert.Equal(0, eta.Later(0));
            Assert.True(eta.Later(draw.Left) >= draw.Left);
            Assert.True(eta.Later(draw.Left + draw.Further) >= eta.Later(draw.Left) - 1e-9);
        }));
}

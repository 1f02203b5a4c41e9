using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class PaceTests
{
    private readonly Pace _pace = new();

    [Fact]
    public void Record_UnitsAsSaid_LeavesNothingToChance()
    {
        Record(500, 0.02, _ => 0.02);
        Assert.Equal((1, 0), (_pace.Factor, _pace.Chance(10, 0.02)));
    }

    [Fact]
    public void Factor_ABitLostBetweenAllUnits_CountsIt()
    {
        Record(2_000, 0.02, _ => 0.021);
        Assert.Equal(1.05, _pace.Factor, 0.005);
    }

    [Fact]
    public void Factor_UnitsFasterThanSaid_PromisesNothingFaster()
    {
        Record(500, 0.02, _ => 0.01);
        Assert.Equal(1, _pace.Factor);
    }

    [Fact]
    public void Chance_UnitsThatVary_GrowsAsTheRootOfTheirNumber()
    {
        // A fifth more and a fifth less, in turns: a standard deviation of 4 ms.
        Record(2_000, 0.02, unit => unit % 2 == 0 ? 0.024 : 0.016);
        Assert.Equal(3 * 0.004 * 10, _pace.Chance(100 * 0.02, 0.02), 0.002);
        Assert.Equal(2, _pace.Chance(400 * 0.02, 0.02) / _pace.Chance(100 * 0.02, 0.02), 1e-6);
    }

    [Fact]
    public void Chance_OneUnit_IsAtLeastTheWorstLately()
    {
        Record(300, 0.02, unit => unit == 250 ? 0.08 : 0.02);
        Assert.InRange(_pace.Chance(0.02, 0.02), 0.04, 0.06);
    }

    [Fact]
    public void Chance_OfOtherUnits_IsWhatThoseWereLateByOrTheirShare()
    {
        // A collection of 20 ms before a unit of 2 ms costs one of a second 20 ms and not ten seconds; 3 s of a unit of a minute say little of one of 20 ms.
        Record(300, 0.002, unit => unit == 250 ? 0.022 : 0.002);
        Assert.InRange(_pace.Chance(1, 1), 0.01, 0.02);
        _pace.Forget();
        Assert.Equal(0, _pace.Chance(1, 1));
        Record(20, 60, unit => unit % 2 == 0 ? 63 : 57);
        Assert.InRange(_pace.Chance(60, 60), 3, 9);
        Assert.InRange(_pace.Chance(0.02, 0.02), 0, 0.003);
    }

    [Fact]
    public void Record_OneThatHung_SaysLittleOfTheOthers()
    {
        Record(300, 0.02, unit => unit == 250 ? 60 : 0.02);
        Assert.InRange(_pace.Factor, 1, 1.02);
        Assert.InRange(_pace.Chance(10, 0.02), 0, 0.6);
    }

    private void Record(int units, double said, Func<int, double> took)
    {
        for (var unit = 0; unit < units; unit++)
        {
            _pace.Record(said, took(unit));
        }
    }
}

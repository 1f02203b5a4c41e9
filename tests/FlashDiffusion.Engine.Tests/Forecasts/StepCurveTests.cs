using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class StepCurveTests
{
    private readonly StepCurve _curve = new();

    [Fact]
    public void Expect_SizeMeasuredLongAgo_GoesByWhatOthersTakeSince()
    {
        _curve.Record(2, 0.03);
        _curve.Record(4, 0.04);
        _curve.Record(8, 0.2);

        // The machine has become slower, then faster: four rows take no less than two, and no more than eight.
        _curve.Record(2, 0.3);
        Assert.Equal(_curve.Expect(2), _curve.Expect(4));
        Assert.InRange(_curve.Expect(4), 0.1, 0.3);
        Assert.Equal(0.04, _curve.Interpolate(4));
        for (var unit = 0; unit < 100; unit++)
        {
            _curve.Record(8, 0.02);
        }

        Assert.Equal([0.02, 0.02, 0.02], new[] { 2, 4, 8 }.Select(rows => Math.Round(_curve.Expect(rows), 6)));
    }

    [Fact]
    public void Worthwhile_LargeBatchMetABadMoment_IsTriedAgainAndTaken()
    {
        // A batch of eight pays; a neighbour on the machine made it look ten times as slow.
        _curve.Record(1, 0.05);
        _curve.Record(8, 2);
        var sizes = new List<int>();
        for (var unit = 0; unit < 40; unit++)
        {
            sizes.Add(Chosen(8));
            _curve.Record(sizes[^1], sizes[^1] == 8 ? 0.2 : 0.05 * sizes[^1]);
        }

        Assert.DoesNotContain(8, sizes.Take(15));
        Assert.All(sizes.Skip(16), size => Assert.Equal(8, size));
    }

    [Fact]
    public void Worthwhile_LargeBatchesStayBad_AreTriedASixteenthOfTheTimeAtMost()
    {
        foreach (var size in new[] { 2, 4, 8, 12, 16 })
        {
            _curve.Record(size, Seconds(size));
        }

        var sizes = new List<int>();
        for (var unit = 0; unit < 320; unit++)
        {
            sizes.Add(Chosen(16));
            _curve.Record(sizes[^1], Seconds(sizes[^1]));
        }

        Assert.InRange(sizes.Count(size => size > 4), 1, 20);

        static double Seconds(int size) => size <= 4 ? 0.05 + (0.05 * size) : 0.2 * size;
    }

    [Fact]
    public void Worthwhile_Forgotten_IsNeverMoreThanWaits()
    {
        _curve.Record(16, 4);
        for (var unit = 0; unit < 100; unit++)
        {
            var size = Chosen(5);
            Assert.InRange(size, 1, 5);
            _curve.Record(size, 0.1 * size);
        }
    }

    [Fact]
    public void Worthwhile_TrialIsDue_KnowsNothingOfIt()
    {
        _curve.Record(1, 0.05);
        _curve.Record(8, 2);
        for (var unit = 0; unit < 40; unit++)
        {
            _curve.Record(2, 0.1);
        }

        Assert.Equal((1, 8), (_curve.Worthwhile(8), _curve.Trial(8)));
    }

    [Fact]
    public void Record_AfterManyOtherSizes_CountsForAlmostAll()
    {
        _curve.Record(8, 2);
        for (var unit = 0; unit < 30; unit++)
        {
            _curve.Record(1, 0.05);
        }

        _curve.Record(8, 0.2);

        Assert.Equal(0.2, _curve.Interpolate(8), 0.01);
    }

    private int Chosen(int waiting) => Math.Max(_curve.Worthwhile(waiting), _curve.Trial(waiting));
}

using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class OperatorTimesTests
{
    private static readonly TimingKey Key = new(Stage.Step, "model", "solver", "usual", new PictureShape(8, 8));

    private readonly OperatorTimes _times = new();

    [Fact]
    public void Predict_OthersRanLately_IsItsOwn()
    {
        _times.Record(Key, ["blur"], 1, 0.025);
        for (var unit = 0; unit < 50; unit++)
        {
            _times.Record(Key, ["mask"], 1, 0.010);
        }

        Assert.Equal(0.025, _times.Predict(Key, "blur", 1, _ => 0.010));
        Assert.Equal(0.010, _times.Predict(Key, "mask", 1, _ => 0.025)!.Value, 1e-9);
    }

    [Fact]
    public void Predict_NeverMeasured_IsTheDearestKnownOrNothing()
    {
        Assert.Null(_times.Predict(Key, "wide blur", 1, _ => 0.010));
        _times.Record(Key, ["mask"], 1, 0.010);
        _times.Record(Key, ["blur"], 1, 0.025);
        Assert.False(_times.Knows(Key, "wide blur"));
        Assert.Equal(0.025, _times.Predict(Key, "wide blur", 1, _ => 0.010));
    }

    [Fact]
    public void Predict_MoreRowsThanMeasured_GrowsAsTheLaneDid()
    {
        _times.Record(Key, ["blur"], 2, 0.030);
        Assert.Equal(0.045, _times.Predict(Key, "blur", 4, rows => 0.01 * (1 + (rows / 2)))!.Value, 1e-9);
    }

    [Theory]
    [InlineData(0.012, false)]
    [InlineData(0.060, true)]
    public void Record_SeveralOperators_TeachesTheDearestOnlyWhereTheyTakeLonger(double seconds, bool learns)
    {
        _times.Record(Key, ["mask"], 1, 0.010);
        _times.Record(Key, ["blur"], 1, 0.025);
        _times.Record(Key, ["mask", "blur"], 1, seconds);
        Assert.Equal(learns, _times.Predict(Key, "blur", 1, _ => null) > 0.025);
        Assert.Equal(0.010, _times.Predict(Key, "mask", 1, _ => null));
    }

    [Fact]
    public void Record_MoreThanAreKept_ForgetsRatherThanGrows()
    {
        for (var name = 0; name <= OperatorTimes.MaximumCurves; name++)
        {
            _times.Record(Key, [$"{name}"], 1, 1);
        }

        Assert.False(_times.Knows(Key, "0"));
        Assert.True(_times.Knows(Key, $"{OperatorTimes.MaximumCurves}"));
    }

    [Fact]
    public void Of_MoreThanAreShown_AreThoseOfTheMostUnits()
    {
        for (var name = 1; name <= 2 * OperatorCurve.Most; name++)
        {
            for (var unit = 0; unit < name; unit++)
            {
                _times.Record(Key, [$"{name}"], 1 + (unit % 2), 1);
            }
        }

        Assert.Equal(Enumerable.Range(OperatorCurve.Most + 1, OperatorCurve.Most).Reverse().Select(name => $"{name}"), _times.Of(Key).Select(curve => curve.Operator));
        Assert.Equal([1, 2], _times.Of(Key)[0].Points.Select(point => point.Rows));
        Assert.Empty(_times.Of(Key with { Kind = "another" }));
    }

    [Fact]
    public void Restore_MoreThanAreKept_ForgetsNothing()
    {
        for (var name = 1; name < OperatorTimes.MaximumCurves; name++)
        {
            _times.Record(Key, [$"{name}"], 1, 1);
        }

        _times.Restore(Key, [.. new[] { "1", "new", "one too many" }.Select(name => new OperatorCurve(name, [new CurvePoint(8, 2, 1)]))]);
        Assert.Equal([true, true, false], new[] { "1", "new", "one too many" }.Select(name => _times.Knows(Key, name)));
        Assert.Equal(2, _times.Predict(Key, "1", 8, _ => null));
    }
}

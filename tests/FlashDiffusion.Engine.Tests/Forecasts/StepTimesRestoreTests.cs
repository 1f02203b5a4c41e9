using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Forecasts;

/// <summary>What one server measured, in another one.</summary>
public sealed class StepTimesRestoreTests
{
    private static readonly TimingKey Small = new(Stage.Step, "model", "solver", "guided", new PictureShape(64, 64));
    private static readonly TimingKey Blur = Small with { Operator = "gaussian_blur/61", Picture = new PictureShape(50, 50) };
    private static readonly TimingKey Decode = Small with { Stage = Stage.Decode, Runner = "", Kind = "" };

    private readonly StepTimes _before = new();
    private readonly StepTimes _times = new();

    [Fact]
    public void Restore_CopyOfAnother_AnswersAsTheOtherDoes()
    {
        foreach (var (key, rows, seconds) in new[] { (Small, 1, 0.05), (Small, 8, 0.1), (Small, 16, 0.4), (Blur, 1, 0.2), (Blur, 8, 1.4), (Decode, 1, 0.01) })
        {
            _before.Record(key, rows, seconds);
        }

        _times.Restore(_before.Copy());

        Assert.Equal(_before.Keys, _times.Keys);
        TimingKey[] asked = [Small, Blur, Decode, Blur with { Operator = "motion_blur" }, Small with { Working = new PictureShape(128, 128) }, Small with { Runner = "another" }];
        foreach (var key in asked)
        {
            Assert.Equal(_before.Curve(key), _times.Curve(key));
            Assert.Equal(_before.Worthwhile(key, 100), _times.Worthwhile(key, 100));
            Assert.Equal(_before.Knows(key), _times.Knows(key));
        }

        // With each operator, at each size, and where nothing of it was measured. What all operators took together counts each unit alike now.
        foreach (var (key, rows) in new[] { Small, Blur, Decode }.SelectMany(key => Enumerable.Range(1, 20).Select(rows => (key, rows))))
        {
            var expected = _before.Predict(key, rows)!.Value;
            Assert.Equal(expected, _times.Predict(key, rows)!.Value, 0.03 * expected);
        }

        Assert.Equal(0.2, _times.Predict(Small with { Working = new PictureShape(128, 128) }, 1)!.Value, 1e-9);
        Assert.NotNull(_times.Predict(Small with { Runner = "another" }, 1));
    }

    [Fact]
    public void Restore_CopyOfAnother_TellsOperatorsApartAsTheOtherDoes()
    {
        foreach (var (name, rows, seconds) in new[] { ("mask", 1, 0.01), ("blur", 1, 0.03), ("mask", 4, 0.02), ("mask", 1, 0.012) })
        {
            _before.Record(Small, rows, seconds);
            _before.Operators.Record(Small, [name], rows, seconds);
        }

        // Of a lane that was never measured nothing is kept.
        _before.Operators.Record(Blur, ["mask"], 1, 0.01);
        _times.Restore(_before.Copy());

        foreach (var (name, rows) in new[] { "mask", "blur", "another" }.SelectMany(name => Enumerable.Range(1, 6).Select(rows => (name, rows))))
        {
            Assert.Equal(_before.Operators.Knows(Small, name), _times.Operators.Knows(Small, name));
            Assert.Equal(_before.Operators.Predict(Small, name, rows, _ => 0.02)!.Value, _times.Operators.Predict(Small, name, rows, _ => 0.02)!.Value, 1e-9);
        }

        Assert.False(_times.Operators.Knows(Blur, "mask"));
        _times.Operators.Record(Small, ["mask"], 1, 0.1);
        Assert.InRange(_times.Operators.Predict(Small, "mask", 1, _ => null)!.Value, 0.02, 0.1);
    }

    [Fact]
    public void Restore_SeveralOperators_AreTogetherWhatTheirUnitsWereOnAverage()
    {
        _times.Restore([new LaneCurve(Small, [new CurvePoint(1, 0.1, 30)]), new LaneCurve(Blur, [new CurvePoint(1, 0.5, 10)])]);
        Assert.Equal((0.1, 0.5), (_times.Predict(Small, 1), _times.Predict(Blur, 1)));
        Assert.Equal(0.2, _times.Predict(Small with { Operator = "motion_blur" }, 1)!.Value, 1e-9);
    }

    [Fact]
    public void Restore_ThenMeasured_GivesWay()
    {
        _times.Restore([new LaneCurve(Small, [new CurvePoint(1, 1, 1_000_000)])]);
        _times.Record(Small, 1, 2);
        Assert.Equal(1.2, _times.Predict(Small, 1)!.Value, 1e-9);
        for (var i = 0; i < 30; i++)
        {
            _times.Record(Small, 1, 2);
        }

        Assert.Equal(2, _times.Predict(Small, 1)!.Value, 0.01);
    }

    [Theory]
    [InlineData(1, 1.2)]
    [InlineData(30, 2)]
    public void Restore_WhereUnitsWereMeasured_IsAsIfTheyHadComeAfterIt(int units, double expected)
    {
        for (var i = 0; i < units; i++)
        {
            _times.Record(Small, 1, 2);
        }

        _times.Restore([new LaneCurve(Small, [new CurvePoint(1, 1, 50), new CurvePoint(8, 5, 50)])]);

        Assert.Equal(expected, _times.Predict(Small, 1)!.Value, 0.01);
        Assert.Equal(5, _times.Predict(Small, 8));
        Assert.Equal([50 + units, 50], _times.Curve(Small).Select(point => point.Count));
    }

    [Fact]
    public void Restore_MoreThanAreKept_TakesTheFirst()
    {
        _times.Restore([.. Enumerable.Range(1, 5000).Select(side => new LaneCurve(Small with { Working = new PictureShape(side, side) }, [new CurvePoint(1, side, 1)]))]);
        Assert.Equal(4096, _times.Keys.Count());
        Assert.Equal(1, _times.Predict(Small with { Working = new PictureShape(1, 1) }, 1));
    }

    [Fact]
    public async Task Copy_WhileUnitsAreRecorded_IsWhole()
    {
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var most = 0;
            while (!stop.IsCancellationRequested)
            {
                most = Math.Max(most, _times.Copy().Length);
                Thread.Yield();
            }

            return most;
        });
        for (var i = 1; i <= 5_000; i++)
        {
            _times.Record(Small with { Working = new PictureShape(1 + (i % 200), 8) }, 1 + (i % 50), 0.1);
        }

        await stop.CancelAsync();
        Assert.InRange(await reader, 0, 200);
        Assert.Equal(5_000, _times.Copy().Sum(lane => lane.Points.Sum(point => point.Count)));
    }
}

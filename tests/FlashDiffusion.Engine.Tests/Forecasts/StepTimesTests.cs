using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class StepTimesTests
{
    private static readonly TimingKey Small = new(Stage.Step, "model", "solver", "guided", new PictureShape(64, 64));

    private readonly StepTimes _times = new();

    [Fact]
    public void Predict_NothingMeasured_IsNull() => Assert.Null(_times.Predict(Small, 1));

    [Fact]
    public void Predict_MeasuredOnce_IsThatTime()
    {
        _times.Record(Small, 2, 0.5);
        Assert.Equal(0.5, _times.Predict(Small, 2));
    }

    [Fact]
    public void Predict_LoadChanges_Follows()
    {
        _times.Record(Small, 1, 1);
        for (var i = 0; i < 30; i++)
        {
            _times.Record(Small, 1, 2);
        }

        Assert.Equal(2, _times.Predict(Small, 1)!.Value, 0.01);
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.1)]
    [InlineData(5, 0.25)]
    [InlineData(8, 0.4)]
    [InlineData(16, 0.8)]
    public void Predict_BetweenAndBeyondMeasuredBatches_Interpolates(int batch, double expected)
    {
        _times.Record(Small, 2, 0.1);
        _times.Record(Small, 8, 0.4);
        Assert.Equal(expected, _times.Predict(Small, batch)!.Value, 1e-9);
    }

    [Fact]
    public void Predict_AnotherSize_ScalesWithThePixels()
    {
        _times.Record(Small, 1, 0.1);
        Assert.Equal(0.4, _times.Predict(Small with { Working = new PictureShape(128, 128) }, 1)!.Value, 1e-9);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(100, 8)]
    public void Worthwhile_NothingMeasured_TriesEight(int waiting, int rows) => Assert.Equal(rows, _times.Worthwhile(Small, waiting));

    [Fact]
    public void Worthwhile_LargestIsClearlyBest_TriesTwiceThat()
    {
        Measure((1, 0.05), (8, 0.2));
        Assert.Equal(16, _times.Worthwhile(Small, 100));
        Assert.Equal(3, _times.Worthwhile(Small, 3));
    }

    [Fact]
    public void Worthwhile_LargerPaysNothing_StaysAtTheSmallestThatDoes()
    {
        Measure((1, 0.057), (2, 0.084), (4, 0.113), (8, 0.198), (16, 0.390));
        Assert.Equal(8, _times.Worthwhile(Small, 100));
    }

    [Fact]
    public void Worthwhile_LargerIsWorse_IsNotTriedAgain()
    {
        Measure((8, 0.2), (16, 0.8), (32, 1.6));
        Assert.Equal(8, _times.Worthwhile(Small, 100));
    }

    [Fact]
    public void Curve_OfWhatWasMeasured_ShowsEveryPoint()
    {
        Measure((8, 0.2), (1, 0.05), (8, 0.2));
        Assert.Equal([new CurvePoint(1, 0.05, 1), new CurvePoint(8, 0.2, 2)], _times.Curve(Small));
        Assert.Equal([Small], _times.Keys);
    }

    [Fact]
    public void Predict_AnotherKind_IsNull()
    {
        _times.Record(Small, 1, 0.1);
        Assert.Null(_times.Predict(Small with { Kind = "plain" }, 1));
    }

    private void Measure(params (int Rows, double Seconds)[] points)
    {
        foreach (var (rows, seconds) in points)
        {
            _times.Record(Small, rows, seconds);
        }
    }
}

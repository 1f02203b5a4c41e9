using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class StepTimesTests
{
    private static readonly TimingKey Small = new(Stage.Step, "model", "solver", "guided", new PictureShape(64, 64));

    private readonly StepTimes _times = new();

    [Fact]
    public void Predict_SmallerPicture_SavesLessThanItsPixels()
    {
        _times.Record(Small with { Working = new PictureShape(128, 128) }, 1, 0.4);
        Assert.Equal(0.2, _times.Predict(Small with { Working = new PictureShape(64, 64) }, 1)!.Value, 1e-9);
        Assert.Equal(1.6, _times.Predict(Small with { Working = new PictureShape(256, 256) }, 1)!.Value, 1e-9);
    }

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
    public void Predict_AnotherKindOfTheModel_GoesByTheNetworkCalls()
    {
        var (plain, other) = (Small with { Kind = "plain" }, Small with { Runner = "another", Working = new PictureShape(128, 128) });
        _times.Weigh(Small, 6);
        _times.Weigh(plain, 1);
        _times.Weigh(other, 3);
        _times.Record(Small, 1, 0.6);
        Assert.Equal(0.1, _times.Predict(plain, 1)!.Value, 1e-9);
        Assert.Equal(4 * 0.3, _times.Predict(other, 1)!.Value, 1e-9);

        // Of several measured ones the one that weighs most nearly as much; and its own time as soon as there is one.
        _times.Record(plain, 1, 0.2);
        Assert.Equal(4 * 0.3, _times.Predict(other, 1)!.Value, 1e-9);
        Assert.Equal(0.2, _times.Predict(Small with { Stage = Stage.Decode, Runner = "", Kind = "" }, 1)!.Value, 1e-9);
        _times.Record(other, 1, 5);
        Assert.Equal(5, _times.Predict(other, 1));
    }

    [Fact]
    public void Predict_AnotherKindOfUnknownCalls_IsTakenToBeAlike()
    {
        _times.Record(Small, 1, 0.1);
        Assert.Equal(0.1, _times.Predict(Small with { Kind = "plain" }, 1)!.Value, 1e-9);
    }

    [Fact]
    public void Predict_AnyKind_IsTheDearestOfItsSolver()
    {
        _times.Record(Small, 1, 0.2);
        _times.Record(Small with { Kind = "free" }, 1, 0.1);
        _times.Record(Small with { Runner = "other" }, 1, 0.5);
        Assert.Equal(0.2, _times.Predict(Small with { Kind = LaneKey.AnyKind }, 1));
        Assert.Equal(0.8, _times.Predict(Small with { Kind = LaneKey.AnyKind, Working = new PictureShape(128, 128) }, 1)!.Value, 1e-9);
    }

    [Fact]
    public void Predict_KindThatIsCalledAsAnyIs_IsItsOwn()
    {
        // A plugin may call its kinds what it likes.
        _times.Record(Small with { Kind = LaneKey.AnyKind }, 1, 0.2);
        Assert.Equal(0.2, _times.Predict(Small with { Kind = LaneKey.AnyKind }, 1));
    }

    [Fact]
    public void Predict_AnotherModel_IsNull()
    {
        _times.Record(Small, 1, 0.1);
        Assert.Null(_times.Predict(Small with { Model = "another" }, 1));
    }

    [Fact]
    public void Predict_AnotherOperator_IsItsOwnOnceMeasured()
    {
        var (mask, blur) = (Small with { Operator = "inpainting/box" }, Small with { Operator = "gaussian_blur/61" });
        _times.Record(mask, 1, 0.1);
        Assert.Equal(0.1, _times.Predict(blur, 1));
        _times.Record(blur, 1, 0.4);
        Assert.Equal((0.1, 0.4), (_times.Predict(mask, 1), _times.Predict(blur, 1)));
        Assert.Equal([mask, blur], _times.Keys);
    }

    [Fact]
    public void Predict_AnotherOperatorAndSize_IsTheNearestKnown()
    {
        var blur = Small with { Operator = "gaussian_blur/61" };
        var large = Small with { Working = new PictureShape(128, 128) };
        _times.Record(blur, 1, 0.1);
        Assert.Equal(0.4, _times.Predict(large with { Operator = "inpainting/box" }, 1)!.Value, 1e-9);

        // At this size with another operator, rather than the same one at another size.
        _times.Record(large, 1, 0.3);
        Assert.Equal(0.3, _times.Predict(large with { Operator = "gaussian_blur/61" }, 1));
    }

    [Fact]
    public void Predict_LargerBatchThanWithThisOperator_GainsAsWithOthers()
    {
        var blur = Small with { Operator = "gaussian_blur/61" };
        Measure((1, 0.1), (8, 0.2));
        for (var i = 0; i < 60; i++)
        {
            _times.Record(Small with { Operator = "inpainting/box" }, 1, 0.1);
        }

        _times.Record(blur, 1, 0.1);
        Assert.Equal(0.2, _times.Predict(blur, 8)!.Value, 1e-6);
    }

    [Fact]
    public void Predict_OfficialOrAnotherPicture_IsItsOwnOnceMeasured()
    {
        var official = Small with { Compatibility = Compatibility.Official };
        var cropped = Small with { Picture = new PictureShape(50, 50) };
        _times.Record(Small, 1, 0.1);
        _times.Record(official, 1, 0.2);
        _times.Record(cropped, 1, 0.3);
        Assert.Equal((0.1, 0.2, 0.3), (_times.Predict(Small, 1), _times.Predict(official, 1), _times.Predict(cropped, 1)));
    }

    [Fact]
    public void Worthwhile_AnotherOperator_GoesByItsOwnCurve()
    {
        var blur = Small with { Operator = "gaussian_blur/61" };
        Measure((1, 0.05), (8, 0.2));
        Assert.Equal(16, _times.Worthwhile(blur, 100));
        foreach (var (rows, seconds) in new[] { (8, 0.2), (16, 0.8) })
        {
            _times.Record(blur, rows, seconds);
        }

        Assert.Equal((16, 8), (_times.Worthwhile(Small, 100), _times.Worthwhile(blur, 100)));
    }

    private void Measure(params (int Rows, double Seconds)[] points)
    {
        foreach (var (rows, seconds) in points)
        {
            _times.Record(Small, rows, seconds);
        }
    }
}

using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

public class SeverityFiguresTests
{
    [Fact]
    public void Of_PerfectPredictor_IsPerfect()
    {
        double[][] actual = [[0.1, 0.2, 0.3], [0.05, 0.15, 0.4]];
        Assert.Equal(new SeverityFigures(1, 1, 1, 1, 0), SeverityFigures.Of(actual, actual));
    }

    [Fact]
    public void Of_PredictorBlindToContent_OrdersLevelsButNotErrors()
    {
        double[][] predicted = [[1, 2, 3], [1, 2, 3]];
        double[][] actual = [[0.1, 0.2, 0.3], [4, 5, 6]];
        var figures = SeverityFigures.Of(predicted, actual);
        Assert.Equal(1, figures.OrderingAccuracy);
        Assert.Equal(1, figures.SpearmanLevel, 1e-12);
        Assert.InRange(figures.SpearmanLatentError, 0.2, 0.6);
    }
}

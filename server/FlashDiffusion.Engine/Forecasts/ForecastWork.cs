using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>One sample, as the forecast sees it.</summary>
/// <param name="Id">Its number; of equal ranks the lower goes first.</param>
/// <param name="Group">What it can share batches with.</param>
/// <param name="RemainingSteps">Steps left.</param>
/// <param name="StepSeconds">Mean time of its remaining steps at a batch size; null if unknown.</param>
/// <param name="FinishSeconds">Time of what follows its last step.</param>
internal sealed record ForecastWork(long Id, object Group, int RemainingSteps, Func<int, double?> StepSeconds, double FinishSeconds)
{
    /// <summary>Its class; the lower ones wait for the higher.</summary>
    public Priority Class { get; init; } = Priority.Normal;

    /// <summary>Its rank among its caller's samples of its group and class; the lowest goes first.</summary>
    public double Rank { get; init; }

    /// <summary>Whose it is; of several callers each gets one row before any gets two.</summary>
    public CallerKey Caller { get; init; }

    /// <summary>Whether a promise is at stake, so that it goes first whosever it is.</summary>
    public bool IsPressing { get; init; }

    /// <summary>Its rank among samples at the same place of other callers' lines.</summary>
    public double Standing { get; init; }

    /// <summary>By how much both ranks fall with each step that it takes.</summary>
    public double RankGain { get; init; }

    /// <summary>Timestamp since which it stands at its place.</summary>
    public long Since { get; init; }

    /// <summary>Whether it came up behind other samples of its caller, and so goes behind those who stood there before.</summary>
    public bool CameUp { get; init; }

    /// <summary>Size of the picture that the model works on; groups of smaller ones get more turns.</summary>
    public long Elements { get; init; } = 1;

    /// <summary>Largest batch of its group when so many wait.</summary>
    public Func<int, int> MaximumBatch { get; init; } = waiting => waiting;

    /// <summary>The same after steps.</summary>
    /// <param name="left">Steps left then.</param>
    public ForecastWork After(int left)
    {
        var gain = RankGain * (RemainingSteps - left);
        return this with { RemainingSteps = left, Rank = Rank - gain, Standing = Standing - gain };
    }
}

using FlashDiffusion.Optimisation;
using static TorchSharp.torch;

namespace FlashDiffusion.Abstractions.Tests.Optimisation;

public sealed class InnerAdamTests
{
    private const int Updates = 12;

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void Run_OneRow_MatchesTorch(double weightDecay)
    {
        using var scope = NewDisposeScope();
        var target = arange(6, dtype: ScalarType.Float32).reshape(1, 6).sin();
        using var parameter = new TorchSharp.Modules.Parameter(zeros(1, 6), requires_grad: true);
        using var optimizer = optim.AdamW([parameter], lr: 0.1, weight_decay: weightDecay);
        for (var i = 0; i < Updates; i++)
        {
            optimizer.zero_grad();
            (parameter - target).square().sum().backward();
            optimizer.step();
        }

        var ours = Run(AdamState.Begin(zeros(1, 6)), target, [Updates], Updates, settings: new AdamSettings { WeightDecay = weightDecay });

        Assert.True((ours.State.Iterate - parameter).abs().max().item<float>() < 1e-6f);
        Assert.Equal([true], ours.Completed);
    }

    [Fact]
    public void Run_InChunks_IsTheSameToTheLastBit()
    {
        using var scope = NewDisposeScope();
        var target = arange(6, dtype: ScalarType.Float32).reshape(1, 6).sin();
        var whole = Run(AdamState.Begin(zeros(1, 6)), target, [Updates], Updates);

        var progress = new InnerProgress(AdamState.Begin(zeros(1, 6)), [false]);
        var chunks = 0;
        while (!progress.Completed[0])
        {
            progress = Run(progress.State, target, [Updates], 5);
            chunks++;
        }

        Assert.Equal(3, chunks);
        Assert.Equal(whole.State.Iterate.data<float>().ToArray(), progress.State.Iterate.data<float>().ToArray());
    }

    [Fact]
    public void Run_RowsOfDifferentAge_EachIsAsAlone()
    {
        using var scope = NewDisposeScope();
        var target = arange(12, dtype: ScalarType.Float32).reshape(2, 6).sin();
        var older = Run(AdamState.Begin(zeros(1, 6)), target[0].unsqueeze(0), [Updates], 4).State;
        var younger = AdamState.Begin(zeros(1, 6));
        var together = new AdamState(
            cat([older.Iterate, younger.Iterate]), cat([older.Mean, younger.Mean]), cat([older.Square, younger.Square]), cat([older.Updates, younger.Updates]));

        var both = Run(together, target, [6, Updates], 10);

        // The older row has two updates left, and the chunk ends with it.
        Assert.Equal([true, false], both.Completed);
        Assert.Equal([6L, 2L], both.State.Updates.data<long>().ToArray());
        Assert.Equal(Run(older, target[0].unsqueeze(0), [6], 2).State.Iterate.data<float>().ToArray(), both.State.Iterate[0].data<float>().ToArray());
        Assert.Equal(Run(younger, target[1].unsqueeze(0), [Updates], 2).State.Iterate.data<float>().ToArray(), both.State.Iterate[1].data<float>().ToArray());
    }

    [Fact]
    public void Run_ARowIsGoodEnough_StopsUntouchedAndEndsTheChunk()
    {
        using var scope = NewDisposeScope();
        var target = cat([zeros(1, 6), ones(1, 6)]);

        var progress = Run(AdamState.Begin(zeros(2, 6)), target, [Updates, Updates], 10, tolerance: 0.01);

        Assert.Equal([true, false], progress.Completed);
        Assert.Equal([0L, 1L], progress.State.Updates.data<long>().ToArray());
        Assert.All(progress.State.Iterate[0].data<float>().ToArray(), value => Assert.Equal(0, value));
        Assert.All(progress.State.Iterate[1].data<float>().ToArray(), value => Assert.Equal(0.1f, value, 1e-4f));
    }

    [Fact]
    public void Run_EveryRowIsGoodEnough_MakesNoUpdate()
    {
        using var scope = NewDisposeScope();

        var progress = Run(AdamState.Begin(zeros(2, 6)), zeros(2, 6), [Updates, Updates], 10, tolerance: 0.01);

        Assert.Equal([true, true], progress.Completed);
        Assert.Equal([0L, 0L], progress.State.Updates.data<long>().ToArray());
    }

    [Fact]
    public void Write_ThenRead_GivesTheState()
    {
        using var scope = NewDisposeScope();
        var state = Run(AdamState.Begin(zeros(1, 6)), ones(1, 6), [Updates], 3).State;

        var read = AdamState.Read(state.Write(System.Collections.Immutable.ImmutableDictionary<string, Tensor>.Empty, "inner"), "inner");

        Assert.Equal(state, read);
    }

    private static InnerProgress Run(AdamState state, Tensor target, int[] limits, int chunk, double tolerance = -1, AdamSettings? settings = null) => InnerAdam.Run(
        state,
        limits,
        chunk,
        _ => full(limits.Length, 0.1f),
        iterate =>
        {
            var squares = (iterate - target).square().sum(1);
            return new InnerObjective(squares, tolerance < 0 ? null : squares.detach().le(tolerance));
        },
        settings);
}

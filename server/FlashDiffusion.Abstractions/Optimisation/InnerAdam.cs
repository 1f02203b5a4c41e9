using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Optimisation;

/// <summary>Adam inside a solver's step: per row, functional, in chunks that the engine can schedule, cancel between and resume.</summary>
public static class InnerAdam
{
    /// <summary>One update of every active row; the others stay as they are, bit for bit.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="gradient">Gradient at the iterate, shaped as it.</param>
    /// <param name="active">Rows that move, (B), bool; null for all.</param>
    /// <param name="rate">Learning rate of each row, (B).</param>
    /// <param name="settings">What rules the update.</param>
    /// <returns>The state after.</returns>
    public static AdamState Update(AdamState state, Tensor gradient, Tensor? active, Tensor rate, AdamSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(settings);
        using var guard = no_grad();
        var updates = state.Updates + 1;
        var mean = (state.Mean * settings.MeanDecay) + (gradient * (1 - settings.MeanDecay));
        var square = (state.Square * settings.SquareDecay) + (gradient * gradient * (1 - settings.SquareDecay));

        // Bias corrections in float64: 1 - 0.999^n in float32 would carry an error of 1e-4 at the first update.
        var made = updates.to_type(ScalarType.Float64);
        var meanBias = 1 - pow(tensor(settings.MeanDecay, dtype: ScalarType.Float64, device: made.device), made);
        var squareBias = (1 - pow(tensor(settings.SquareDecay, dtype: ScalarType.Float64, device: made.device), made)).sqrt();
        var step = Spread(rate.to_type(ScalarType.Float64) / meanBias, state.Iterate);
        var root = (square.sqrt() / Spread(squareBias, state.Iterate)) + settings.Epsilon;
        var kept = settings.WeightDecay == 0 ? state.Iterate : state.Iterate * (1 - (Spread(rate, state.Iterate) * settings.WeightDecay));
        var after = new AdamState(kept - (step * (mean / root)), mean, square, updates);
        if (active is null)
        {
            return after;
        }

        var moves = active.reshape([-1, .. Enumerable.Repeat(1L, (int)state.Iterate.dim() - 1)]);
        return new AdamState(
            where(moves, after.Iterate, state.Iterate),
            where(moves, after.Mean, state.Mean),
            where(moves, after.Square, state.Square),
            where(active, after.Updates, state.Updates));
    }

    /// <summary>
    /// One chunk: updates until a row is done or <paramref name="chunk"/> are made. It ends with the first row that is done, so that rows
    /// never pay for each other's iterations; the engine schedules the others again.
    /// </summary>
    /// <param name="state">The state before.</param>
    /// <param name="limits">Largest number of updates of each row, counted from its beginning.</param>
    /// <param name="chunk">Largest number of updates now, 1 or more: cancellation takes effect between chunks.</param>
    /// <param name="rate">Learning rate of each row, (B), at the state's updates.</param>
    /// <param name="evaluate">The objective at an iterate that requires a gradient.</param>
    /// <param name="settings">What rules the updates; null for plain Adam.</param>
    /// <returns>Where the rows stand.</returns>
    public static InnerProgress Run(
        AdamState state, IReadOnlyList<int> limits, int chunk, Func<Tensor, Tensor> rate, Func<Tensor, InnerObjective> evaluate, AdamSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(evaluate);
        ArgumentOutOfRangeException.ThrowIfLessThan(chunk, 1);
        settings ??= new AdamSettings();
        var made = state.Updates.cpu().data<long>().ToArray();
        var stopped = new bool[made.Length];
        for (var i = 0; i < chunk && !Done(made, limits, stopped).Contains(true); i++)
        {
            using var scope = NewDisposeScope();
            var leaf = state.Iterate.detach().requires_grad_();
            var objective = evaluate(leaf);
            if (objective.Stop is { } stop)
            {
                stop.cpu().data<bool>().CopyTo(stopped);
            }

            if (Array.TrueForAll(stopped, row => row))
            {
                break;
            }

            var gradient = PerSample.Gradient(objective.Losses, leaf);
            var active = objective.Stop is not null && stopped.Contains(true) ? objective.Stop.logical_not() : null;
            state = Kept(Update(state, gradient, active, rate(state.Updates), settings));
            for (var row = 0; row < made.Length; row++)
            {
                made[row] += stopped[row] ? 0 : 1;
            }
        }

        return new InnerProgress(state, [.. Done(made, limits, stopped)]);
    }

    private static AdamState Kept(AdamState state) => new(
        state.Iterate.MoveToOuterDisposeScope(),
        state.Mean.MoveToOuterDisposeScope(),
        state.Square.MoveToOuterDisposeScope(),
        state.Updates.MoveToOuterDisposeScope());

    private static IEnumerable<bool> Done(long[] made, IReadOnlyList<int> limits, bool[] stopped) =>
        made.Select((updates, row) => stopped[row] || updates >= limits[row]);

    private static Tensor Spread(Tensor rows, Tensor like) =>
        rows.to_type(ScalarType.Float32).reshape([-1, .. Enumerable.Repeat(1L, (int)like.dim() - 1)]);
}

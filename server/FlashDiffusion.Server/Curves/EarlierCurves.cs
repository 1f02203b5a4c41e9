using System.Collections.Immutable;

namespace FlashDiffusion.Server.Curves;

/// <summary>What an earlier server had measured of models that have not been there since. Any thread.</summary>
/// <param name="stored">What its file held; null for nothing.</param>
internal sealed class EarlierCurves(StoredCurves? stored)
{
    private readonly Lock _gate = new();
    private StoredCurves? _left = stored;

    /// <summary>The models that it still has curves of, by name and version.</summary>
    public IEnumerable<string> Models => _left?.Models.Keys ?? [];

    /// <summary>Gives what it has of models with the same weights away: what they measure from then on is among what their devices know.</summary>
    /// <param name="weights">SHA-256 of the weights of each, by name and version.</param>
    /// <param name="refuse">Called with each of them that it has curves of with other weights.</param>
    /// <returns>Their curves; null for none.</returns>
    public StoredCurves? Take(ImmutableSortedDictionary<string, string> weights, Action<string> refuse)
    {
        lock (_gate)
        {
            if (_left is not { } left)
            {
                return null;
            }

            foreach (var model in left.Models.Keys.Where(model => weights.ContainsKey(model) && !IsSame(model)))
            {
                refuse(model);
            }

            _left = left.Only(model => !IsSame(model));
            return left.Only(IsSame) is { Models.IsEmpty: false } taken ? taken : null;

            bool IsSame(string model) => left.Has(model, weights.GetValueOrDefault(model));
        }
    }

    /// <summary>What is measured now, and behind it what is left of some models.</summary>
    /// <param name="measured">What is measured now, of none of these models.</param>
    /// <param name="which">Whether a model is one of them, by name and version.</param>
    public StoredCurves Behind(StoredCurves measured, Func<string, bool> which)
    {
        lock (_gate)
        {
            return _left is { } left ? measured.And(left.Only(which)) : measured;
        }
    }
}

namespace FlashDiffusion.Models.Operators;

/// <summary>Structural keys: rows of equal keys can share one bound operator.</summary>
internal static class OperatorKey
{
    public static string Of(string family, Compatibility compatibility, string structure = "") =>
        structure.Length == 0 ? $"{family}/{compatibility}" : $"{family}/{compatibility}/{structure}";
}

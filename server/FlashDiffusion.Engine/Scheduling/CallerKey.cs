namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Whose a request is, for nothing but telling callers apart: it compares, and never shows what it was made of, so that no log and no metric can have
/// it. The default is everybody who has no name, together one caller.
/// </summary>
internal readonly struct CallerKey : IEquatable<CallerKey>
{
    private readonly string? _name;

    /// <param name="name">Anything that is the caller's alone; null or empty for nobody.</param>
    public CallerKey(string? name) => _name = string.IsNullOrEmpty(name) ? null : name;

    /// <inheritdoc/>
    public bool Equals(CallerKey other) => string.Equals(_name, other._name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallerKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _name is null ? 0 : string.GetHashCode(_name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => "a caller";
}

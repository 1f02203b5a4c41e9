namespace FlashDiffusion;

/// <summary>What values a parameter takes.</summary>
public enum ParameterKind
{
    /// <summary>A real number.</summary>
    Number,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>One of a list of words.</summary>
    Choice,
}

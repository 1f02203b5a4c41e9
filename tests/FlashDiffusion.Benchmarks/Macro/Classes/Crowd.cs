namespace FlashDiffusion.Benchmarks.Macro.Classes;

/// <summary>Who is there when a picture of the highest class comes.</summary>
internal enum Crowd
{
    /// <summary>Fifty of the lowest class.</summary>
    Lower,

    /// <summary>Nobody.</summary>
    Nobody,

    /// <summary>Fifty of its own class, as long as itself.</summary>
    Own,
}

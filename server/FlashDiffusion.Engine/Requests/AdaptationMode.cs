namespace FlashDiffusion.Engine.Requests;

/// <summary>How the start of the reverse diffusion is chosen.</summary>
internal enum AdaptationMode
{
    /// <summary>The predicted severity decides.</summary>
    Auto,

    /// <summary>The request gives the start timestep or the severity.</summary>
    Fixed,

    /// <summary>From pure noise at the last timestep.</summary>
    Full,
}

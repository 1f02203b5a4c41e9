namespace FlashDiffusion.Engine.Requests;

/// <summary>What AUTO does when the predicted severity is unreliable. The answer says so in every case.</summary>
internal enum SeverityPolicy
{
    /// <summary>Goes on with it.</summary>
    Warn,

    /// <summary>Doubles it, so that the diffusion starts earlier.</summary>
    Widen,

    /// <summary>Starts from pure noise instead.</summary>
    Full,
}

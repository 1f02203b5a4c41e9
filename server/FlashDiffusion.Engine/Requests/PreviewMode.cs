namespace FlashDiffusion.Engine.Requests;

/// <summary>What preview of the predicted clean picture a progress event carries.</summary>
internal enum PreviewMode
{
    /// <summary>None.</summary>
    None,

    /// <summary>The decoded prediction if the step made one anyway (the picture's size), else the linear map of the latent (the latent's size).</summary>
    Cheap,

    /// <summary>The predicted clean latent, decoded: costs a decoder call where the step made none.</summary>
    Decoded,
}

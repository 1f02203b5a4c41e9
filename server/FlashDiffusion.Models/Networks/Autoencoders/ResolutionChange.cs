namespace FlashDiffusion.Models.Networks;

/// <summary>What a level of an autoencoder does to height and width after its blocks.</summary>
internal enum ResolutionChange
{
    None,
    Halve,
    Double,
}

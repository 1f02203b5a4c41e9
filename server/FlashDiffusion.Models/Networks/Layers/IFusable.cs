namespace FlashDiffusion.Models.Networks;

/// <summary>A layer with a faster form of the same function for weights that never change any more.</summary>
internal interface IFusable
{
    /// <summary>Takes that form; called once, after loading and moving.</summary>
    void Fuse();
}

namespace FlashDiffusion.Models.Repository;

/// <summary>What every <c>model.json</c> states.</summary>
internal interface IModelManifest
{
    string Kind { get; }

    /// <summary>One line about the model.</summary>
    string Description { get; }
}

namespace FlashDiffusion.Trainer.Autoencoder;

/// <summary>What an <see cref="AutoencoderTask"/> may vary.</summary>
/// <param name="Batch">Crops a step.</param>
/// <param name="Side">Side of a crop in pixels; every fourth step of the last fifth of a run takes twice that.</param>
/// <param name="Seed">Seed of crops and posterior samples.</param>
/// <param name="Reduced">bfloat16 autocast.</param>
/// <param name="DecoderOnly">Keep the encoder, and with it the latent space that other networks were trained on.</param>
/// <param name="Loss">Weights of the loss.</param>
internal sealed record AutoencoderTaskSettings(int Batch, int Side, long Seed, bool Reduced, bool DecoderOnly, AutoencoderLoss Loss);

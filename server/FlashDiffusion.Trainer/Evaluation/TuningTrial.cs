namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Mean quality of one setting on the tuning crops.</summary>
/// <param name="Start"><c>adaptive</c> or <c>full</c>.</param>
/// <param name="Guidance">Guidance scale.</param>
/// <param name="Correction">c.</param>
/// <param name="Crops">Number of crops.</param>
/// <param name="Psnr">Mean PSNR in dB.</param>
/// <param name="Lsd">Mean log-spectral distance in dB.</param>
internal sealed record TuningTrial(string Start, double Guidance, double Correction, int Crops, double Psnr, double Lsd);

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="ResidualFunction"/> needs beside the maps.</summary>
/// <param name="FirstNorm">The first normalisation, with SiLU.</param>
/// <param name="FirstConvolution">The convolution after it.</param>
/// <param name="SecondNorm">The second normalisation, with SiLU.</param>
/// <param name="SecondConvolution">The convolution after it, with as many channels in as out.</param>
internal sealed record ResidualSettings(NormSettings FirstNorm, WinogradSettings FirstConvolution, NormSettings SecondNorm, WinogradSettings SecondConvolution);

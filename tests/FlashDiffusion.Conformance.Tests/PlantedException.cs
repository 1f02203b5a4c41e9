namespace FlashDiffusion.Conformance.Tests;

/// <summary>Thrown by a planted fault.</summary>
/// <param name="message">What.</param>
internal sealed class PlantedException(string message) : Exception(message);

using System.Runtime.InteropServices;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>What TorchSharp throws for every error of libtorch.</summary>
/// <param name="message">libtorch's text.</param>
internal sealed class FakeNativeException(string message) : ExternalException(message);

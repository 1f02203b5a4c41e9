using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures;

namespace FlashDiffusion.Server.Requests;

/// <summary>A degradation that may be run.</summary>
/// <param name="Request">For the engine.</param>
/// <param name="Clean">The clean picture, cropped.</param>
internal sealed record MappedDegradation(DegradeRequest Request, Picture Clean);

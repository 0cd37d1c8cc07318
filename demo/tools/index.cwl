cwlVersion: v1.2
class: CommandLineTool
label: Index a genome for alignment and for random access

requirements:
  ShellCommandRequirement: {}
  InitialWorkDirRequirement: { listing: [$(inputs.reference)] }
hints:
  DockerRequirement: { dockerPull: 'biocloud/demo-tools:1' }
  ResourceRequirement: { coresMin: 1, ramMin: 256 }

inputs:
  reference: File
arguments:
  - { shellQuote: false, valueFrom: bwa index }
  - $(inputs.reference.basename)
  - { shellQuote: false, valueFrom: '&& samtools faidx' }
  - $(inputs.reference.basename)
outputs:
  indexed:
    type: File
    secondaryFiles: [.amb, .ann, .bwt, .pac, .sa, .fai]
    outputBinding: { glob: $(inputs.reference.basename) }

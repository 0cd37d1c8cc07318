cwlVersion: v1.2
class: CommandLineTool
label: Align paired reads with BWA-MEM

hints:
  DockerRequirement: { dockerPull: 'biocloud/demo-tools:1' }
  ResourceRequirement: { coresMin: 1, ramMin: 512 }

inputs:
  reference: { type: File, secondaryFiles: [.amb, .ann, .bwt, .pac, .sa] }
  name: string
  reads_1: File
  reads_2: File
baseCommand: [bwa, mem]
arguments:
  - { prefix: -t, valueFrom: $(runtime.cores) }
  - { prefix: -R, valueFrom: '@RG\tID:$(inputs.name)\tSM:$(inputs.name)\tPL:ILLUMINA' }
  - $(inputs.reference.path)
  - $(inputs.reads_1.path)
  - $(inputs.reads_2.path)
stdout: $(inputs.name).sam
outputs:
  aligned: stdout
